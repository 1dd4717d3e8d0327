import type { Consumer } from '@platformatic/kafka';
import { within } from './client-options.ts';

const storeMsMax = 6_000;

interface Handled {
  offset: bigint;
  leaderEpoch: number;
}

/**
 * Stores how far a group has come, one request at a time: whatever was handled meanwhile goes with the next. A request
 * that fails is not repeated; the next says more, and without one the entries come again.
 */
export class OffsetCommits {
  #topic: string;
  #failed: (error: Error) => void;
  #consumer: Consumer | undefined;
  #handled = new Map<number, Handled>();
  #running: Promise<void> | undefined;

  constructor(topic: string, failed: (error: Error) => void) {
    this.#topic = topic;
    this.#failed = failed;
  }

  open(consumer: Consumer): void {
    this.#handled.clear();
    this.#consumer = consumer;
  }

  handled(partition: number, offset: bigint, leaderEpoch: number): void {
    this.#handled.set(partition, { offset, leaderEpoch });
    this.#running ??= this.#run();
  }

  /** Resolves when everything handled is stored, or could not be. */
  async close(): Promise<void> {
    await this.#running;
    this.#consumer = undefined;
  }

  async #run(): Promise<void> {
    // What is handled in the same turn goes together.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#handled.size > 0 && this.#consumer) {
      const offsets = [...this.#handled].map(([partition, { offset, leaderEpoch }]) => ({
        topic: this.#topic,
        partition,
        offset,
        leaderEpoch,
      }));
      this.#handled.clear();
      try {
        await within(storeMsMax, 'storing positions', this.#consumer.commit({ offsets }));
      } catch (error) {
        this.#failed(error as Error);
      }
    }
    this.#running = undefined;
  }
}
