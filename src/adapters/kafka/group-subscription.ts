import { Consumer, type Message, type MessagesStream } from '@platformatic/kafka';
import { backoff, nextTurn, pause } from '../../lib/waiting.ts';
import { handOver } from '../../ports/log/hand-over.ts';
import {
  type LogEntry,
  logBatchDefault,
  type SubscribeOptions,
  type Subscription,
} from '../../ports/log/log.ts';
import { clientOptions, closeClient, type KafkaAddress, orAborted, within } from './client-options.ts';
import { OffsetCommits } from './offset-commits.ts';
import type { OwnEntries } from './own-entries.ts';
import type { Offsets, PartitionEnds } from './partition-ends.ts';
import { decodeEntry } from './wire.ts';

/** Fetched and not yet handled; fetching pauses above it. */
const fetchedMax = 1_000;
const fetchBytesMax = 1_000_000;
const fetchWaitMs = 1_000;
/** Few: a client that met a broker which hangs goes on asking that one. The next client asks another. */
const clientRetries = 2;
const joinMsMax = 15_000;
const heartbeatFailuresMax = 2;
const reopenMsMin = 300;
const reopenMsMax = 10_000;
/** So long a subscription waits for its first partitions; where Kafka is away it goes on trying by itself. */
const joinWaitMsMax = 5_000;
const joinPollMs = 25;
const endsEveryMs = 5_000;
const elsewherePollMs = 200;

export interface GroupSubscriptionDeps {
  address: KafkaAddress;
  topic: string;
  groupId: string;
  monotonicMs: () => number;
  own: OwnEntries;
  ends: PartitionEnds;
  seen: (entries: readonly LogEntry[]) => void;
  failed: (error: unknown, attempt: number) => void;
  trouble: (error: Error, doing: string) => void;
  released: () => void;
}

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/**
 * The part of the topic that falls to this process in a consumer group. What it handled is stored after the handler
 * resolved; around a rebalance or a crash some entries come again, here or elsewhere.
 */
export class GroupSubscription implements Subscription {
  #options: SubscribeOptions;
  #deps: GroupSubscriptionDeps;
  #closing = new AbortController();
  #consumer: Consumer | undefined;
  #stream: Stream | undefined;
  #commits: OffsetCommits;
  /** The offset after the last entry handled, by partition. */
  #handled: Offsets = new Map();
  /** How far the topic is known to reach. */
  #ends: Offsets = new Map();
  #progress = Promise.withResolvers<void>();
  #running: Promise<void>;
  #watching: NodeJS.Timeout;
  #isRefreshing = false;

  constructor(options: SubscribeOptions, deps: GroupSubscriptionDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#commits = new OffsetCommits(deps.topic, (error) => deps.trouble(error, 'storing a position'));
    this.#running = this.#run();
    this.#watching = setInterval(() => void this.#refreshEnds(), endsEveryMs).unref();
  }

  /** Resolves when partitions are assigned, or after a while. */
  async joined(): Promise<void> {
    for (let waitedMs = 0; waitedMs < joinWaitMsMax && !this.#assigned(); waitedMs += joinPollMs)
      await pause(joinPollMs, this.#closing.signal);
  }

  /** This process published so far. */
  reaches(partition: number, end: bigint): void {
    if (end > (this.#ends.get(partition) ?? 0n)) this.#ends.set(partition, end);
  }

  /** Of the partitions that this process reads, and of its own commits that are not published yet. */
  lag(): number {
    let lag = this.#deps.own.unpublished;
    // Before anything is assigned it may all fall to this process.
    for (const partition of this.#assigned() ?? this.#ends.keys()) {
      const position = this.#positionOf(partition);
      const end = this.#ends.get(partition);
      if (position !== undefined && end !== undefined && end > position) lag += Number(end - position);
    }
    return lag;
  }

  /**
   * With the position of a commit of this process: all that it published up to there was handled, here or elsewhere.
   * Otherwise all that anybody had published when this was called.
   */
  async caughtUp(position?: number): Promise<void> {
    const { own } = this.#deps;
    const { signal } = this.#closing;
    await orAborted(own.settled(position), signal);
    const isOwn = position !== undefined && own.has(position);
    const targets = isOwn ? own.endsUpTo(position) : await this.#latest();
    while (targets && !signal.aborted && !(await this.#reached(targets))) {
      await Promise.race([this.#progress.promise, pause(elsewherePollMs, signal)]);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#watching);
    await this.#running;
    this.#deps.released();
  }

  #assigned(): number[] | undefined {
    const assignments = this.#consumer?.assignments;
    return assignments?.find(({ topic }) => topic === this.#deps.topic)?.partitions;
  }

  #positionOf(partition: number): bigint | undefined {
    return (
      this.#handled.get(partition) ?? this.#stream?.offsetsCommitted.get(`${this.#deps.topic}:${partition}`)
    );
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const startedAtMs = this.#deps.monotonicMs();
      try {
        await this.#join();
        await this.#handleAll(this.#stream!);
      } catch (error) {
        if (!signal.aborted) this.#deps.trouble(error as Error, `reading as group ${this.#deps.groupId}`);
      }
      await this.#leave();
      if (this.#deps.monotonicMs() - startedAtMs > reopenMsMax) attempt = 1;
      await pause(backoff(attempt, reopenMsMin, reopenMsMax), signal);
    }
  }

  async #join(): Promise<void> {
    const { address, topic, groupId } = this.#deps;
    const consumer = new Consumer({
      ...clientOptions(address, topic, clientRetries),
      groupId,
      groupProtocol: 'consumer',
      autocommit: false,
    });
    this.#consumer = consumer;
    const opening = openStream(consumer, topic);
    const stream = await within(joinMsMax, 'joining', orAborted(opening, this.#closing.signal));
    if (!stream) throw new Error('closed while joining');
    this.#stream = stream;
    this.#commits.open(consumer);
    watchHeartbeats(consumer, stream);
  }

  async #leave(): Promise<void> {
    await this.#commits.close();
    const [stream, consumer] = [this.#stream, this.#consumer];
    this.#stream = undefined;
    this.#consumer = undefined;
    stream?.destroy();
    if (!consumer) return;
    if (!stream) keepMemberId(consumer);
    await closeClient(consumer);
  }

  async #handleAll(stream: Stream): Promise<void> {
    const { batchMax = logBatchDefault } = this.#options;
    const { signal } = this.#closing;
    const fetched = new Fetched(stream);
    while (!signal.aborted) {
      const messages = fetched.take(batchMax);
      if (!messages) return;
      if (messages.length === 0) await orAborted(fetched.more(), signal);
      else if (!(await this.#handle(messages))) return;
      else await nextTurn();
    }
  }

  async #handle(messages: readonly Message[]): Promise<boolean> {
    const { failed, seen } = this.#deps;
    const entries = messages
      .map(({ key, value }) => decodeEntry(key, value))
      .filter((entry) => entry !== undefined);
    seen(entries);
    const { signal } = this.#closing;
    if (!(await handOver({ options: this.#options, failed, signal }, entries))) return false;
    for (const { partition, offset, leaderEpoch } of messages) {
      this.#handled.set(partition, offset + 1n);
      this.reaches(partition, offset + 1n);
      this.#commits.handled(partition, offset + 1n, leaderEpoch);
    }
    this.#progressed();
    return true;
  }

  #progressed(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }

  async #reached(targets: Offsets): Promise<boolean> {
    const assigned = new Set(this.#assigned());
    const missing = [...targets].filter(
      ([partition, end]) => !assigned.has(partition) || (this.#positionOf(partition) ?? -1n) < end,
    );
    if (missing.length === 0) return true;
    // What others hold is known from what the group has stored; what is held here is known better.
    if (missing.some(([partition]) => assigned.has(partition))) return false;
    const stored = await this.#deps.ends.committed(this.#deps.groupId).catch(() => undefined);
    return stored !== undefined && missing.every(([partition, end]) => (stored.get(partition) ?? 0n) >= end);
  }

  /** Asked until Kafka answers; undefined when closed. */
  async #latest(): Promise<Offsets | undefined> {
    const { signal } = this.#closing;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const ends = await orAborted(
        this.#deps.ends.latest().catch(() => undefined),
        signal,
      );
      if (ends) return ends;
      await pause(backoff(attempt, reopenMsMin, reopenMsMax), signal);
    }
    return undefined;
  }

  async #refreshEnds(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const ends = await this.#deps.ends.latest().catch(() => new Map<number, bigint>());
    for (const [partition, end] of ends) this.reaches(partition, end);
    this.#isRefreshing = false;
  }
}

function openStream(consumer: Consumer, topic: string): Promise<Stream> {
  const { promise, resolve, reject } = Promise.withResolvers<Stream>();
  const options = {
    topics: [topic],
    mode: 'committed' as const,
    fallbackMode: 'earliest' as const,
    autocommit: false,
    highWaterMark: fetchedMax,
    maxBytes: fetchBytesMax,
    maxWaitTime: fetchWaitMs,
  };
  consumer.consume(options, (error, stream) => {
    // Before anything else: it may fail in this very turn, after whoever wants it has given up.
    stream?.on('error', () => {});
    if (error) reject(error);
    else resolve(stream!);
  });
  return promise;
}

/**
 * A consumer that is closed while it joins forgets its member id, takes that for a reason to join, cannot, because it
 * is closed, and so on until the stack is full. With an id it gives up.
 */
function keepMemberId(consumer: Consumer): void {
  const memberId = consumer.memberId ?? 'left';
  Object.defineProperty(consumer, 'memberId', { get: () => memberId, set: () => {} });
}

/** A member that its group no longer hears of reads on for nothing: it must join anew. */
function watchHeartbeats(consumer: Consumer, stream: Stream): void {
  let failures = 0;
  consumer.on('consumer:heartbeat:end', () => {
    failures = 0;
  });
  consumer.on('consumer:heartbeat:error', ({ error }) => {
    if (++failures >= heartbeatFailuresMax) stream.destroy(error);
  });
}

/** What a stream has fetched. */
class Fetched {
  #stream: Stream;
  #woken = Promise.withResolvers<void>();
  #error: Error | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    const wake = () => this.#woken.resolve();
    stream.on('readable', wake).on('end', wake).on('close', wake);
    stream.on('error', (error) => {
      this.#error = error;
      wake();
    });
  }

  /** What is here, in the order fetched; undefined when the stream is at its end. */
  take(limit: number): Message[] | undefined {
    this.#woken = Promise.withResolvers();
    const messages: Message[] = [];
    while (messages.length < limit) {
      const message = this.#stream.read() as Message | null;
      if (!message) break;
      messages.push(message);
    }
    if (messages.length > 0) return messages;
    if (this.#error) throw this.#error;
    return this.#stream.readableEnded || this.#stream.destroyed ? undefined : messages;
  }

  /** Resolves when there may be more than at the last `take`. */
  more(): Promise<void> {
    return this.#woken.promise;
  }
}
