import type { LogEntry } from '../../ports/log/log.ts';

const entriesMax = 20_000;

/**
 * The newest entries of the log in memory, without gaps up to the head, so that subscriptions which keep up
 * share them and read nothing from the disk.
 */
export class LogTail {
  #entries: LogEntry[] = [];
  /** Entries after this position are here. */
  #floor: number;

  constructor(head: number) {
    this.#floor = head;
  }

  get head(): number {
    return this.#floor + this.#entries.length;
  }

  push(entries: readonly LogEntry[]): void {
    for (const entry of entries) this.#entries.push(entry);
    if (this.#entries.length >= 2 * entriesMax) this.#drop(this.#entries.length - entriesMax);
  }

  /** Undefined if the tail does not reach back that far. */
  after(position: number, limit: number): LogEntry[] | undefined {
    if (position < this.#floor) return undefined;
    const start = position - this.#floor;
    return this.#entries.slice(start, start + limit);
  }

  forget(upTo: number): void {
    this.#drop(Math.min(this.#entries.length, Math.max(0, upTo - this.#floor)));
  }

  #drop(count: number): void {
    if (count === 0) return;
    this.#entries = this.#entries.slice(count);
    this.#floor += count;
  }
}
