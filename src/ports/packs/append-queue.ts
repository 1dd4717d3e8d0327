import { ByteBudget } from '../../lib/byte-budget.ts';
import { BlobsError } from '../blobs/blobs.ts';
import { appendBytesMax, type Place } from './packs.ts';

/** So many bytes wait or are on their way at most; who comes then waits before it is taken in. */
const pendingBytesMax = 64 * 1024 * 1024;

interface Waiting {
  pieces: readonly Uint8Array[];
  sizeBytes: number;
  resolve: (place: Place) => void;
  reject: (error: unknown) => void;
}

export interface AppendQueueOptions {
  /** Batches on their way at the same time. */
  lanes: number;
  batchBytesMax: number;
  /** Stores the pieces one after another, durably, and answers where the first lies. */
  write: (pieces: readonly Uint8Array[], sizeBytes: number, lane: number) => Promise<Place>;
}

/** Gathers what is appended while earlier batches are on their way, and sends it as one. */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  #queue: Waiting[] = [];
  #pending = new ByteBudget(pendingBytesMax);
  #freeLanes: number[];
  #running = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
    this.#freeLanes = Array.from({ length: options.lanes }, (_, lane) => lane);
  }

  async append(pieces: readonly Uint8Array[]): Promise<Place> {
    const sizeBytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    if (sizeBytes === 0 || sizeBytes > appendBytesMax) throw new RangeError(`${sizeBytes} bytes appended`);
    const room = this.#pending.take(sizeBytes);
    if (room) await room;
    if (this.#isClosed) {
      this.#pending.give(sizeBytes);
      throw new BlobsError('closed', 'The packs are closed.');
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ pieces, sizeBytes, resolve, reject });
      this.#start();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(): void {
    while (this.#queue.length > 0 && this.#freeLanes.length > 0) {
      const lane = this.#freeLanes.pop()!;
      const run = this.#run(lane).finally(() => {
        this.#running.delete(run);
        this.#freeLanes.push(lane);
        this.#start();
      });
      this.#running.add(run);
    }
  }

  async #run(lane: number): Promise<void> {
    // Whoever appends in this same turn comes along.
    await Promise.resolve();
    const batch = this.#take();
    const sizeBytes = batch.reduce((sum, each) => sum + each.sizeBytes, 0);
    if (batch.length === 0) return;
    try {
      const { pack, at } = await this.#options.write(
        batch.flatMap((each) => each.pieces),
        sizeBytes,
        lane,
      );
      let from = at;
      for (const each of batch) {
        each.resolve({ pack, at: from });
        from += each.sizeBytes;
      }
    } catch (error) {
      for (const each of batch) each.reject(error);
    } finally {
      this.#pending.give(sizeBytes);
    }
  }

  #take(): Waiting[] {
    let [count, sizeBytes] = [0, 0];
    for (const each of this.#queue) {
      if (count > 0 && sizeBytes + each.sizeBytes > this.#options.batchBytesMax) break;
      sizeBytes += each.sizeBytes;
      count++;
    }
    return this.#queue.splice(0, count);
  }
}
