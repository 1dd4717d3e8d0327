import { ByteBudget } from '../../lib/byte-budget.ts';
import { BlobsError } from '../blobs/blobs.ts';
import { type AppendOptions, appendBytesMax, type Place } from './packs.ts';

/** So many bytes wait or are on their way at most; who comes then waits before it is taken in. */
const pendingBytesMax = 32 * 1024 * 1024;
/** Who may wait for company waits so long for it. */
const patienceMs = 50;

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
  #queuedBytes = 0;
  #pending = new ByteBudget(pendingBytesMax);
  #freeLanes: number[];
  #running = new Set<Promise<void>>();
  /** Somebody in the queue does not want to wait, or has waited long enough. */
  #isUrgent = false;
  #isStarting = false;
  #patience: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AppendQueueOptions) {
    this.#options = options;
    this.#freeLanes = Array.from({ length: options.lanes }, (_, lane) => lane);
  }

  async append(pieces: readonly Uint8Array[], { mayWait = false }: AppendOptions = {}): Promise<Place> {
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
      this.#queuedBytes += sizeBytes;
      if (mayWait) this.#patience ??= setTimeout(() => this.#hurry(), patienceMs);
      else this.#isUrgent = true;
      this.#start();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#hurry();
    while (this.#queue.length > 0 || this.#running.size > 0) {
      await Promise.resolve();
      await Promise.all(this.#running);
    }
  }

  #hurry(): void {
    this.#isUrgent = true;
    this.#start();
  }

  /** In a moment: whoever appends in this same turn comes along. */
  #start(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    queueMicrotask(() => {
      this.#isStarting = false;
      while (this.#isDue() && this.#freeLanes.length > 0) this.#send(this.#freeLanes.pop()!, this.#take());
    });
  }

  #isDue(): boolean {
    return this.#queue.length > 0 && (this.#isUrgent || this.#queuedBytes >= this.#options.batchBytesMax);
  }

  #take(): Waiting[] {
    let [count, sizeBytes] = [0, 0];
    for (const each of this.#queue) {
      if (count > 0 && sizeBytes + each.sizeBytes > this.#options.batchBytesMax) break;
      sizeBytes += each.sizeBytes;
      count++;
    }
    this.#queuedBytes -= sizeBytes;
    const batch = this.#queue.splice(0, count);
    if (this.#queue.length === 0) {
      this.#isUrgent = false;
      clearTimeout(this.#patience);
      this.#patience = undefined;
    }
    return batch;
  }

  #send(lane: number, batch: readonly Waiting[]): void {
    const run = this.#run(lane, batch).finally(() => {
      this.#running.delete(run);
      this.#freeLanes.push(lane);
      this.#start();
    });
    this.#running.add(run);
  }

  async #run(lane: number, batch: readonly Waiting[]): Promise<void> {
    const sizeBytes = batch.reduce((sum, each) => sum + each.sizeBytes, 0);
    try {
      const pieces = batch.flatMap((each) => each.pieces);
      const { pack, at } = await this.#options.write(pieces, sizeBytes, lane);
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
}
