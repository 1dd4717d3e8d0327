import { nextTurn } from '../../lib/waiting.ts';
import { handOver } from './hand-over.ts';
import { type LogEntry, logBatchDefault, type SubscribeOptions, type Subscription } from './log.ts';

/** What a subscription needs from the engine it runs on. */
export interface SubscriptionSource {
  head(): number;
  /** Entries after a position, oldest first. */
  after(position: number, limit: number): readonly LogEntry[];
  /** Called after each batch; an engine may store positions a little later, together. */
  handledUpTo(position: number): void;
  /** The subscription ends: the engine stops waking it, and stores the last position told. */
  end(): Promise<void>;
  /** A handler threw; it is tried again. */
  failed(error: unknown, attempt: number): void;
}

/**
 * Hands entries to a handler, batch after batch, from a position on. Between two batches other work of the
 * process gets its turn, so that catching up with a long log does not hold up requests.
 */
export class RunningSubscription implements Subscription {
  #options: SubscribeOptions;
  #source: SubscriptionSource;
  #position: number;
  #closing = new AbortController();
  #running: Promise<void> | undefined;
  #waiting: { position: number; resolve: () => void }[] = [];

  constructor(options: SubscribeOptions, from: number, source: SubscriptionSource) {
    this.#options = options;
    this.#source = source;
    this.#position = from;
    this.wake();
  }

  /** To be called whenever the log grew. */
  wake(): void {
    if (this.#closing.signal.aborted || this.#position >= this.#source.head()) return;
    this.#running ??= this.#run();
  }

  lag(): number {
    return this.#source.head() - this.#position;
  }

  caughtUp(position = this.#source.head()): Promise<void> {
    if (this.#position >= position || this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ position, resolve }));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#settle();
    await this.#source.end();
  }

  async #run(): Promise<void> {
    const { batchMax = logBatchDefault } = this.#options;
    await nextTurn();
    while (!this.#closing.signal.aborted && this.#position < this.#source.head()) {
      const batch = this.#source.after(this.#position, batchMax);
      const end = batch.at(-1)?.position ?? this.#source.head();
      if (!(await this.#handOver(batch))) break;
      this.#position = end;
      this.#source.handledUpTo(end);
      this.#settle();
      await nextTurn();
    }
    this.#running = undefined;
  }

  #handOver(batch: readonly LogEntry[]): Promise<boolean> {
    const failed = (error: unknown, attempt: number) => this.#source.failed(error, attempt);
    return handOver({ options: this.#options, failed, signal: this.#closing.signal }, batch);
  }

  #settle(): void {
    if (this.#waiting.length === 0) return;
    const closed = this.#closing.signal.aborted;
    const done = this.#waiting.filter((each) => closed || each.position <= this.#position);
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const each of done) each.resolve();
  }
}
