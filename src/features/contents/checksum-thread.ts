import { Worker } from 'node:worker_threads';
import { type Checksums, checksumsOf } from './checksums.ts';
import { chunkBytesMax } from './contents.ts';
import type { CutChunk } from './cut-chunks.ts';

/** Below this the way to another thread takes as long as the work. */
const threadBytesMin = 128 * 1024;
/** Chunks on their way to the thread; further ones are seen to here, which slows down who brings them. */
const slabsMax = 4;

/**
 * Checksums in a thread of their own, begun when the first large chunk comes: so one who uploads a large file has a
 * second processor, and those who ask for other things meanwhile have the first.
 */
export class ChecksumThread {
  #worker: Worker | undefined;
  #free: SharedArrayBuffer[] = [];
  #slabs = 0;
  #waiting = new Map<
    number,
    { slab: SharedArrayBuffer; resolve: (sums: Checksums) => void; reject: (error: unknown) => void }
  >();
  #lastId = 0;
  #isClosed = false;

  async of({ pieces, sizeBytes }: CutChunk): Promise<Checksums> {
    const slab = sizeBytes < threadBytesMin || this.#isClosed ? undefined : this.#takeSlab();
    if (!slab) return checksumsOf(pieces);
    const bytes = new Uint8Array(slab);
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { slab, resolve, reject });
      this.#started().postMessage({ id, slab, sizeBytes });
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #takeSlab(): SharedArrayBuffer | undefined {
    const free = this.#free.pop();
    if (free || this.#slabs === slabsMax) return free;
    this.#slabs++;
    return new SharedArrayBuffer(chunkBytesMax);
  }

  #started(): Worker {
    if (!this.#worker) {
      const worker = new Worker(new URL('./checksum-worker.ts', import.meta.url));
      worker.on('message', ({ id, sums }: { id: number; sums: Checksums }) =>
        this.#end(id, ({ resolve }) => resolve(sums)),
      );
      const fail = (error: unknown) => {
        if (this.#worker === worker) this.#worker = undefined;
        for (const id of [...this.#waiting.keys()]) this.#end(id, ({ reject }) => reject(error));
      };
      worker.on('error', fail);
      worker.on('exit', () => fail(new Error('The thread for checksums has ended.')));
      this.#worker = worker;
    }
    // A process with nothing else to do waits for what it is about to learn, and only for that.
    this.#worker.ref();
    return this.#worker;
  }

  #end(
    id: number,
    settle: (waiting: { resolve: (sums: Checksums) => void; reject: (error: unknown) => void }) => void,
  ): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    this.#free.push(waiting.slab);
    if (this.#waiting.size === 0) this.#worker?.unref();
    settle(waiting);
  }
}
