/**
 * The event log: what may have changed, in order. Every commit leaves at least one hint in it, and a hint
 * is never lost while its commit is acknowledged. A hint names what may have changed and carries nothing
 * that must be forgotten one day (no texts, no addresses): consumers read the truth again and make what
 * they derive equal to it. So a late, repeated or needless hint does no harm.
 */

export interface Hint {
  /** A dotted name, subject first: `post.changed`. */
  kind: string;
  /** Orders: hints with one key are handed over in the order they were committed. Usually the author's id. */
  key: string;
  data: Record<string, string | number | boolean | null>;
}

export interface LogEntry extends Hint {
  /** Grows along the log; not dense. */
  position: number;
  /** When it was committed, ms since 1970. */
  atMs: number;
}

export interface SubscribeOptions {
  /**
   * Names a durable position; processes with the same group share the work. One process has one stored
   * subscription of a group at a time: a second is a mistake and is refused.
   */
  group: string;
  /**
   * `stored`: goes on after the last batch handled, from the log's beginning the first time.
   * `now`: only what is committed from now on; nothing is stored (for state in this process's memory).
   */
  start: 'stored' | 'now';
  /** Only these kinds, where given. */
  kinds?: readonly string[];
  /** At most this many entries a batch; default `logBatchDefault`. */
  batchMax?: number;
  /**
   * Handed batches one after another, never two at once. The position is stored after it resolves, so a crash
   * repeats the batch: its effect must bear repetition. If it throws, the batch is tried again with backoff.
   */
  handle: (entries: readonly LogEntry[]) => Promise<void>;
}

export interface Subscription {
  /** Entries not yet handled (of any kind). */
  lag(): number;
  /** Resolves when everything up to that position (default: the head now) was handled. */
  caughtUp(position?: number): Promise<void>;
  /** Finishes the batch under way, stores the position, stops. */
  close(): Promise<void>;
}

export interface EventLog {
  /** The position of the newest entry known here, 0 when empty. */
  head(): number;
  /**
   * By how much an entry may come late: one that surfaces is above every entry seen before it, less this. 0 where one
   * writer gives all positions; more where many do, by clocks that differ. Whoever goes on from a position steps back
   * by so much, and bears what comes twice.
   */
  readonly overlap: number;
  /** Resolves once the subscription is in place: an entry committed after that is seen by it. */
  subscribe(options: SubscribeOptions): Promise<Subscription>;
  /** Entries after a position, oldest first, at most `logReadMax`: for resuming a live stream. */
  read(after: number, limit: number): Promise<LogEntry[]>;
  /**
   * Forgets entries older than that which every stored group has handled, oldest first. Answers how many; at
   * most `limit`. The newest entry always stays, so that positions are never given twice.
   *
   * A stored group that no subscription has held for `groupKeptMs`, seen from trim to trim, is dropped and holds
   * nothing back; should it come again, it begins at what is left.
   */
  trim(olderThanMs: number, limit: number): Promise<number>;
}

export const groupKeptMs = 30 * 86_400_000;
export const logReadMax = 1000;
export const logBatchDefault = 500;
