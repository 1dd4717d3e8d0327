import { Producer } from '@platformatic/kafka';
import { backoff, pause } from '../../lib/waiting.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { clientOptions, closeClient, type KafkaAddress, within } from './client-options.ts';
import type { Place } from './own-entries.ts';
import { encodeEntry, partitionOf } from './wire.ts';

/** Entries that wait in memory while Kafka is away; what comes on top is refused, and the sweep publishes it. */
export const waitingMax = 20_000;
const batchMax = 500;
/** So long an entry is tried before it is left to the sweep. */
export const publishMsMax = 30_000;
const sendMsMax = 12_000;
const retryMsMin = 50;
const retryMsMax = 2_000;
const clientRetries = 2;

interface Job {
  entries: readonly LogEntry[];
  sinceMs: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

export interface PublisherOptions {
  address: KafkaAddress;
  topic: string;
  monotonicMs: () => number;
  published: (position: number, place: Place) => void;
  failed: (error: Error) => void;
}

/** Sends entries to Kafka, one batch after another so that their order is kept whatever is tried again. */
export class Publisher {
  #options: PublisherOptions;
  #producer: Producer | undefined;
  #jobs: Job[] = [];
  #waiting = 0;
  #running: Promise<void> | undefined;
  #closing = new AbortController();
  stats = { published: 0, retries: 0, refused: 0 };

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Resolves when all in-sync replicas have them; rejects when that takes too long or too many wait. */
  publish(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return Promise.resolve();
    if (this.#closing.signal.aborted || this.#waiting + entries.length > waitingMax) {
      this.stats.refused += entries.length;
      const why = this.#closing.signal.aborted ? 'the log is closed' : 'too many entries wait for Kafka';
      return Promise.reject(new Error(why));
    }
    this.#waiting += entries.length;
    return new Promise((resolve, reject) => {
      this.#jobs.push({ entries, sinceMs: this.#options.monotonicMs(), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Gives what waits one last chance. */
  async close(graceMs: number): Promise<void> {
    await within(graceMs, 'publishing the last entries', this.#running ?? Promise.resolve()).catch(() => {});
    this.#closing.abort();
    await this.#running;
    if (this.#producer) await closeClient(this.#producer);
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#take();
      const error = await this.#try(jobs);
      for (const { entries, resolve, reject } of jobs) {
        this.#waiting -= entries.length;
        if (error) reject(error);
        else resolve();
      }
    }
    this.#running = undefined;
  }

  #take(): Job[] {
    let count = 0;
    const end = this.#jobs.findIndex(({ entries }, i) => {
      count += entries.length;
      return i > 0 && count > batchMax;
    });
    return this.#jobs.splice(0, end < 0 ? this.#jobs.length : end);
  }

  /** Answers why it gave up, or nothing. */
  async #try(jobs: readonly Job[]): Promise<Error | undefined> {
    const { monotonicMs, failed } = this.#options;
    const entries = jobs.flatMap((job) => job.entries);
    const untilMs = jobs[0]!.sinceMs + publishMsMax;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#send(entries);
        this.stats.published += entries.length;
        return undefined;
      } catch (error) {
        failed(error as Error);
        this.stats.retries++;
        const { signal } = this.#closing;
        if (!signal.aborted) await pause(backoff(attempt, retryMsMin, retryMsMax), signal);
        if (signal.aborted || monotonicMs() >= untilMs) return error as Error;
      }
    }
  }

  async #send(entries: readonly LogEntry[]): Promise<void> {
    const { address, topic, published } = this.#options;
    // Not idempotent in Kafka's sense: that would make every new producer wait for the controller, whereas a batch that
    // is sent twice does no harm, and one batch after another keeps the order.
    this.#producer ??= new Producer(clientOptions(address, topic, clientRetries));
    const producer = this.#producer;
    try {
      const { topics } = await within(sendMsMax, 'asking Kafka', producer.metadata({ topics: [topic] }));
      const count = topics.get(topic)!.partitionsCount;
      const messages = entries.map((entry) => ({
        ...encodeEntry(entry),
        topic,
        partition: partitionOf(entry.key, count),
      }));
      const { offsets = [] } = await within(sendMsMax, 'publishing', producer.send({ messages, acks: -1 }));
      const next = new Map(offsets.map(({ partition, offset }) => [partition, offset]));
      for (const [i, { position }] of entries.entries()) {
        const { partition } = messages[i]!;
        const offset = next.get(partition);
        if (offset === undefined) continue;
        published(position, { partition, offset });
        next.set(partition, offset + 1n);
      }
    } catch (error) {
      // One that failed half-way may still send what it has; a new one begins with nothing.
      this.#producer = undefined;
      void closeClient(producer);
      throw error;
    }
  }
}
