import { Worker } from 'node:worker_threads';
import type { BlockRoom } from './block-room.ts';
import { type Checksums, checksumsOf } from './checksums.ts';
import type { CutChunk } from './growing-chunk.ts';

/** A chunk as part of a stream, whose whole checksum goes on with it. */
interface PartOf {
  stream: string;
  /** So many bytes of the stream came before. */
  from: number;
}

export type Task =
  | ({ kind: 'chunk'; id: number; sizeBytes: number; stream?: string; from: number } & (
      | { blocks: readonly number[] }
      | { blocks: readonly []; bytes: Uint8Array }
    ))
  | { kind: 'whole'; id: number; stream: string; sizeBytes: number }
  | { kind: 'forget'; stream: string };

export interface Answer {
  id: number;
  sums?: Checksums;
  sha256?: string | null;
}

/**
 * Checksums in a thread of their own, begun when the first large chunk comes: so one who uploads a large file has a
 * second processor, and those who ask for other things meanwhile have the first. It does one thing after another, in
 * the order they are asked for. Small chunks are seen to here: the way to another thread takes as long as the work.
 */
export class ChecksumThread {
  readonly #room: BlockRoom;
  #worker: Worker | undefined;
  #waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: unknown) => void }>();
  #lastId = 0;
  #isClosed = false;

  constructor(room: BlockRoom) {
    this.#room = room;
  }

  /** The chunk stays as it is until then. */
  async of(chunk: CutChunk, part: PartOf | undefined): Promise<Checksums> {
    const { blocks, pieces, sizeBytes } = chunk;
    if (!blocks && !part) return checksumsOf(pieces);
    const where = blocks ? { blocks } : { blocks: [] as const, bytes: Buffer.concat(pieces) };
    const id = ++this.#lastId;
    const { sums } = await this.#ask({
      kind: 'chunk',
      id,
      sizeBytes,
      from: 0,
      ...where,
      ...part,
    });
    return sums!;
  }

  /** Of all that a stream brought, where it is known. */
  async whole(stream: string, sizeBytes: number): Promise<string | null> {
    if (!this.#worker) return null;
    const { sha256 } = await this.#ask({ kind: 'whole', id: ++this.#lastId, stream, sizeBytes });
    return sha256!;
  }

  forget(stream: string): void {
    this.#worker?.postMessage({ kind: 'forget', stream } satisfies Task);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  #ask(task: Task & { id: number }): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new Error('The thread for checksums is closed.'));
    return new Promise((resolve, reject) => {
      this.#waiting.set(task.id, { resolve, reject });
      this.#started().postMessage(task);
    });
  }

  #started(): Worker {
    if (!this.#worker) {
      const { memory } = this.#room;
      const worker = new Worker(new URL('./checksum-worker.ts', import.meta.url), { workerData: { memory } });
      worker.on('message', (answer: Answer) => this.#end(answer.id, ({ resolve }) => resolve(answer)));
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
    settle: (waiting: { resolve: (answer: Answer) => void; reject: (error: unknown) => void }) => void,
  ): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    settle(waiting);
  }
}
