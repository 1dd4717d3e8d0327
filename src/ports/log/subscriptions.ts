import { type LogEntry, logBatchDefault, type SubscribeOptions, type Subscription } from './log.ts';

export const retryMsMin = 10;
export const retryMsMax = 5_000;

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
      if (!(await this.#handle(batch))) break;
      this.#position = end;
      this.#source.handledUpTo(end);
      this.#settle();
      await nextTurn();
    }
    this.#running = undefined;
  }

  /** Tries until the handler succeeds; false if the subscription was closed first. */
  async #handle(batch: readonly LogEntry[]): Promise<boolean> {
    const { kinds, handle } = this.#options;
    const wanted = kinds ? batch.filter((entry) => kinds.includes(entry.kind)) : batch;
    if (wanted.length === 0) return true;
    for (let attempt = 1; ; attempt++) {
      try {
        await handle(wanted);
        return true;
      } catch (error) {
        this.#source.failed(error, attempt);
        await pause(Math.min(retryMsMax, retryMsMin * 2 ** (attempt - 1)), this.#closing.signal);
        if (this.#closing.signal.aborted) return false;
      }
    }
  }

  #settle(): void {
    if (this.#waiting.length === 0) return;
    const closed = this.#closing.signal.aborted;
    const done = this.#waiting.filter((each) => closed || each.position <= this.#position);
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const each of done) each.resolve();
  }
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
