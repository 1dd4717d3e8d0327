import { nextTurn } from '../../lib/waiting.ts';
import { handOver } from '../../ports/log/hand-over.ts';
import {
  type LogEntry,
  logBatchDefault,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/log/log.ts';

export interface NowSubscriptionDeps {
  failed: (error: unknown, attempt: number) => void;
  /** A batch was handled: there is room for more. */
  drained: () => void;
  /** Resolves when all that anybody has published by now was offered to the subscriptions. */
  offered: () => Promise<void>;
  ended: (subscription: NowSubscription) => Promise<void>;
}

/** Hands over what is offered to it, in that order, from memory alone. */
export class NowSubscription implements Subscription {
  #options: SubscribeOptions;
  #deps: NowSubscriptionDeps;
  #queue: LogEntry[] = [];
  #offeredCount = 0;
  #handledCount = 0;
  #running: Promise<void> | undefined;
  #closing = new AbortController();
  #waiting: { count: number; resolve: () => void }[] = [];

  constructor(options: SubscribeOptions, deps: NowSubscriptionDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  offer(entries: readonly LogEntry[]): void {
    if (this.#closing.signal.aborted) return;
    const { kinds } = this.#options;
    for (const entry of entries) {
      if (kinds && !kinds.includes(entry.kind)) continue;
      this.#queue.push(entry);
      this.#offeredCount++;
    }
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  /** Entries that have come to this process, and of these the wanted kinds alone. */
  lag(): number {
    return this.#offeredCount - this.#handledCount;
  }

  /** With the position of something that has come here already, waits for that; otherwise for all published by now. */
  async caughtUp(position?: number): Promise<void> {
    const last =
      position === undefined ? -1 : this.#queue.findLastIndex((entry) => entry.position <= position);
    if (last >= 0) return this.#handled(this.#offeredCount - this.#queue.length + last + 1);
    await this.#deps.offered();
    return this.#handled(this.#offeredCount);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#queue = [];
    this.#settle();
    await this.#deps.ended(this);
  }

  #handled(count: number): Promise<void> {
    if (this.#handledCount >= count || this.#closing.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  async #run(): Promise<void> {
    const { batchMax = logBatchDefault } = this.#options;
    const { signal } = this.#closing;
    await nextTurn();
    while (!signal.aborted && this.#queue.length > 0) {
      // They stay in the queue until they are handled: then the lag is what waits.
      const batch = this.#queue.slice(0, batchMax);
      if (!(await handOver({ options: this.#options, failed: this.#deps.failed, signal }, batch))) break;
      this.#queue.splice(0, batch.length);
      this.#handledCount += batch.length;
      this.#settle();
      this.#deps.drained();
      await nextTurn();
    }
    this.#running = undefined;
  }

  #settle(): void {
    const closed = this.#closing.signal.aborted;
    const done = this.#waiting.filter(({ count }) => closed || count <= this.#handledCount);
    this.#waiting = this.#waiting.filter((each) => !done.includes(each));
    for (const { resolve } of done) resolve();
  }
}
