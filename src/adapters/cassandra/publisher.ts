import type { LogEntry } from '../../ports/log/log.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxRecord } from './outbox-record.ts';

/** Commits whose hints wait in memory; beyond it they wait in the outbox, for the sweep. */
const waitingMax = 10_000;
const batchMax = 200;

export type Publish = (entries: LogEntry[]) => Promise<void>;

/**
 * Hands the hints of this process's commits to the log, in the order acknowledged, and notes in the outbox how far
 * each commit has come. What fails here is left to the sweep.
 */
export class Publisher {
  #outbox: Outbox;
  #publish: Publish;
  #waiting: OutboxRecord[] = [];
  #aborted: OutboxRecord[] = [];
  #running: Promise<void> | undefined;
  #failures = 0;

  constructor(outbox: Outbox, publish: Publish) {
    this.#outbox = outbox;
    this.#publish = publish;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get failures(): number {
    return this.#failures;
  }

  committed(record: OutboxRecord): void {
    if (this.#waiting.length >= waitingMax) return;
    this.#waiting.push(record);
    this.#running ??= this.#run();
  }

  aborted(record: OutboxRecord): void {
    if (this.#aborted.length >= waitingMax) return;
    this.#aborted.push(record);
    this.#running ??= this.#run();
  }

  /** Resolves when nothing waits. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0 || this.#aborted.length > 0) {
      const records = this.#waiting.splice(0, batchMax);
      const aborted = this.#aborted.splice(0, batchMax);
      try {
        await Promise.all([this.#publishAll(records), this.#outbox.mark(aborted, 'aborted')]);
      } catch {
        this.#failures++;
      }
    }
    this.#running = undefined;
  }

  async #publishAll(records: readonly OutboxRecord[]): Promise<void> {
    if (records.length === 0) return;
    try {
      await this.#publish(records.flatMap(({ entries }) => entries));
    } catch (error) {
      // Others may then fold and forget what this commit changed, though its hints are still to come.
      await this.#outbox.mark(records, 'settled');
      throw error;
    }
    await this.#outbox.mark(records, 'done');
  }
}
