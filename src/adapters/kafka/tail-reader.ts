import { Consumer, type FetchOptions } from '@platformatic/kafka';
import { backoff, pause } from '../../lib/waiting.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { clientOptions, closeClient, type KafkaAddress, orAborted, within } from './client-options.ts';
import type { Offsets, PartitionEnds } from './partition-ends.ts';
import { decodeEntry } from './wire.ts';

const fetchWaitMs = 500;
const fetchMsMax = 12_000;
const fetchBytesMax = 2_000_000;
const partitionBytesMax = 500_000;
const retryMsMin = 100;
const retryMsMax = 5_000;
/** So long a subscription waits until its place is known; after that, what it missed is fetched later. */
const positionWaitMsMax = 5_000;
/** The brokers' clock and this process's may differ by so much. */
const clockSkewMs = 60_000;
const dataOnly = 0;

export interface TailReaderOptions {
  address: KafkaAddress;
  topic: string;
  ends: PartitionEnds;
  nowMs: () => number;
  /** Entries in the order of their partition. */
  take: (entries: LogEntry[]) => void;
  /** Nothing is fetched while this answers true. */
  isFull: () => boolean;
  trouble: (error: Error, doing: string) => void;
}

type FetchTopics = FetchOptions<Buffer, Buffer, Buffer, Buffer>['topics'];

/**
 * Reads every partition from now on, in no group: each process sees everything. It keeps its place while Kafka is away,
 * so that what is in memory here misses nothing; only entries that Kafka itself has forgotten are passed over.
 */
export class TailReader {
  #options: TailReaderOptions;
  #closing = new AbortController();
  #consumer: Consumer | undefined;
  /** The offset that comes next, by partition; undefined until the place is known. */
  #next: Offsets | undefined;
  #running: Promise<void>;
  #placed = Promise.withResolvers<void>();
  #drained = Promise.withResolvers<void>();
  #advanced = Promise.withResolvers<void>();

  constructor(options: TailReaderOptions) {
    this.#options = options;
    this.#running = this.#run(options.nowMs());
  }

  get isPlaced(): boolean {
    return this.#next !== undefined;
  }

  /** Resolves when the place is known, or after a while: then everything since its creation comes later. */
  async placed(): Promise<void> {
    await Promise.race([this.#placed.promise, pause(positionWaitMsMax, this.#closing.signal)]);
  }

  /** Something was handled: there may be room again. */
  drained(): void {
    this.#drained.resolve();
  }

  /** Resolves when all that is in Kafka now was taken, or when closed. */
  async reachedLatest(): Promise<void> {
    const { signal } = this.#closing;
    let targets: Offsets | undefined;
    while (!targets && !signal.aborted) {
      targets = await orAborted(
        this.#options.ends.latest().catch(() => undefined),
        signal,
      );
      if (!targets) await pause(retryMsMin, signal);
    }
    if (targets) await this.#reached(targets);
  }

  async #reached(targets: Offsets): Promise<void> {
    const { signal } = this.#closing;
    const isReached = () =>
      [...targets].every(([partition, end]) => (this.#next?.get(partition) ?? -1n) >= end);
    while (!signal.aborted && !isReached()) {
      await Promise.race([this.#advanced.promise, pause(fetchWaitMs, signal)]);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#drained.resolve();
    await this.#running;
    if (this.#consumer) await closeClient(this.#consumer);
  }

  async #run(sinceMs: number): Promise<void> {
    const { signal } = this.#closing;
    await this.#place(sinceMs);
    const fetching = new Map<number, Promise<void>>();
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#untilRoom();
        for (const [node, partitions] of await this.#leaders()) {
          if (fetching.has(node)) continue;
          const done = this.#fetch(node, partitions).finally(() => fetching.delete(node));
          done.catch(() => {});
          fetching.set(node, done);
        }
        if (fetching.size === 0) await pause(fetchWaitMs, signal);
        else await orAborted(Promise.race(fetching.values()), signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) break;
        this.#options.trouble(error as Error, 'reading the newest entries');
        this.#renew();
        await pause(backoff(++failures, retryMsMin, retryMsMax), signal);
      }
    }
  }

  async #place(sinceMs: number): Promise<void> {
    const { ends, trouble } = this.#options;
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      try {
        const latest = await ends.latest();
        // Asked late, "now" is over: what came since is found by its time.
        const since = attempt > 1 ? await ends.since(sinceMs - clockSkewMs) : latest;
        for (const [partition, offset] of since) if (offset >= 0n) latest.set(partition, offset);
        this.#next = latest;
        this.#placed.resolve();
        return;
      } catch (error) {
        trouble(error as Error, 'finding the newest entries');
        await pause(backoff(attempt, retryMsMin, retryMsMax), signal);
      }
    }
  }

  async #untilRoom(): Promise<void> {
    while (this.#options.isFull() && !this.#closing.signal.aborted) {
      this.#drained = Promise.withResolvers();
      if (this.#options.isFull()) await this.#drained.promise;
    }
  }

  /** Partitions by the broker that leads them. */
  async #leaders(): Promise<Map<number, FetchTopics>> {
    const { address, topic } = this.#options;
    if (!this.#consumer) {
      this.#consumer = new Consumer({ ...clientOptions(address, topic, 0), groupId: `${topic}-tail` });
      this.#consumer.topics.track(topic);
    }
    const known = this.#consumer.metadata({ topics: [topic] });
    const { topics } = await within(fetchMsMax, 'asking Kafka', known);
    const { id, partitions } = topics.get(topic)!;
    const byLeader = new Map<number, FetchTopics>();
    for (const [partition, { leader }] of partitions.entries()) {
      if (leader < 0) continue;
      const wanted = byLeader.get(leader) ?? [];
      const place = { fetchOffset: this.#offsetOf(partition), partitionMaxBytes: partitionBytesMax };
      const epochs = { currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
      wanted.push({ topicId: id, partitions: [{ partition, ...place, ...epochs }] });
      byLeader.set(leader, wanted);
    }
    return byLeader;
  }

  /** A partition that came to be later is read from its beginning. */
  #offsetOf(partition: number): bigint {
    const next = this.#next!;
    if (!next.has(partition)) next.set(partition, 0n);
    return next.get(partition)!;
  }

  async #fetch(node: number, topics: FetchTopics): Promise<void> {
    const limits = {
      minBytes: 1,
      maxBytes: fetchBytesMax,
      maxWaitTime: fetchWaitMs,
      isolationLevel: dataOnly,
    };
    const consumer = this.#consumer!;
    try {
      const asked = consumer.fetch({ node, topics, ...limits });
      const response = await within(fetchMsMax, 'fetching', asked);
      for (const { partitions } of response.responses) for (const each of partitions) this.#take(each);
    } catch (error) {
      this.#takeForgotten(error);
      throw error;
    }
  }

  #take({ partitionIndex, records }: FetchedPartition): void {
    const entries: LogEntry[] = [];
    let next = this.#offsetOf(partitionIndex);
    for (const batch of records ?? []) {
      for (const { key, value, offsetDelta } of batch.records) {
        const offset = batch.firstOffset + BigInt(offsetDelta);
        if (offset < next) continue;
        const entry = decodeEntry(key, value);
        if (entry) entries.push(entry);
      }
      const end = batch.firstOffset + BigInt(batch.lastOffsetDelta) + 1n;
      if (end > next) next = end;
    }
    if (next === this.#offsetOf(partitionIndex)) return;
    this.#next!.set(partitionIndex, next);
    if (entries.length > 0) this.#options.take(entries);
    this.#advanced.resolve();
    this.#advanced = Promise.withResolvers();
  }

  /** Entries may be older than Kafka keeps them, or their broker may have lost its disk. */
  #takeForgotten(error: unknown): void {
    const { response } = error as { response?: { responses?: { partitions: FetchedPartition[] }[] } };
    for (const { partitions } of response?.responses ?? []) {
      for (const { partitionIndex, errorCode, logStartOffset, highWatermark } of partitions) {
        if (errorCode !== offsetOutOfRange) continue;
        const isTooOld = this.#offsetOf(partitionIndex) < logStartOffset;
        this.#next!.set(partitionIndex, isTooOld ? logStartOffset : highWatermark);
        this.#options.trouble(
          new Error(`partition ${partitionIndex} has gaps`),
          'reading the newest entries',
        );
      }
    }
  }

  #renew(): void {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    if (consumer) void closeClient(consumer);
  }
}

const offsetOutOfRange = 1;

type FetchedPartition = Awaited<ReturnType<Consumer['fetch']>>['responses'][number]['partitions'][number];
