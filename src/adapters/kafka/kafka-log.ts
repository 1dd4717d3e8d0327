import { idsPerMs } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { HeldGroups } from '../../ports/log/held-groups.ts';
import { type EventLog, type LogEntry, logReadMax, type SubscribeOptions } from '../../ports/log/log.ts';
import type { KafkaAddress } from './client-options.ts';
import { GroupSubscription } from './group-subscription.ts';
import { NowSubscription } from './now-subscription.ts';
import type { LogOutbox } from './outbox.ts';
import { OwnEntries } from './own-entries.ts';
import { PartitionEnds } from './partition-ends.ts';
import { Publisher } from './publisher.ts';
import { TailReader } from './tail-reader.ts';
import { createTopic } from './topic.ts';

export const partitionsDefault = 12;
const retentionMsDefault = 7 * 86_400_000;
/** Entries that wait for one subscription from now; above it nothing is fetched. */
const queueMax = 20_000;
const lastPublishMs = 5_000;
/** Clocks of different machines may differ by so much, and a crashed commit is finished within it. */
const lateMsMax = 30_000;

export interface KafkaLogOptions extends KafkaAddress {
  /** Names the installation: its topic and groups begin with it. Letters, digits and hyphens. */
  name: string;
  outbox: LogOutbox;
  clock: Clock;
  /** The position of the newest entry when this process starts. */
  head?: number;
  /** How many processes can share a group's work; fixed when the topic is created. */
  partitions?: number;
  retentionMs?: number;
  onHandlerError?: (group: string, error: unknown, attempt: number) => void;
  /** Kafka is in trouble; it is tried again. */
  onTrouble?: (error: Error, doing: string) => void;
}

export interface KafkaLogStats {
  /** Entries of this process that are not in Kafka yet. */
  unpublished: number;
  published: number;
  publishRetries: number;
  /** Entries that nobody here would hold any longer: left to the sweep. */
  refused: number;
  /** Entries read that this process had handed over already. */
  repeated: number;
  read: number;
}

export interface KafkaLog extends EventLog {
  /**
   * To be called when a commit is acknowledged, before its caller is told: hands its entries over in this process.
   * Where what follows it is not written yet they are handed over once more when they come from Kafka, as that says
   * that it is.
   */
  committed(entries: readonly LogEntry[], isThenPending?: boolean): void;
  /** Sends entries to all processes. Rejects when Kafka is away too long: then they must be published another time. */
  publish(entries: readonly LogEntry[]): Promise<void>;
  /** Creates what is needed in Kafka. */
  migrate(): Promise<void>;
  /** Throws what is wrong, if Kafka cannot serve or this process has not found its place in it. */
  ping(): Promise<void>;
  stats(): KafkaLogStats;
  close(): Promise<void>;
}

export function createKafkaLog(options: KafkaLogOptions): KafkaLog {
  const { name, clock, outbox, partitions = partitionsDefault, retentionMs = retentionMsDefault } = options;
  const topic = `${name}-hints`;
  const address: KafkaAddress = { brokers: options.brokers, security: options.security };
  const trouble = (error: Error, doing: string) => options.onTrouble?.(error, doing);
  const failed = (group: string) => (error: unknown, attempt: number) =>
    options.onHandlerError?.(group, error, attempt);
  const own = new OwnEntries(clock.monotonicMs);
  const ends = new PartitionEnds(address, topic);
  const groups = new Set<GroupSubscription>();
  const nows = new Set<NowSubscription>();
  const held = new HeldGroups();
  const counts = { repeated: 0, read: 0 };
  let head = options.head ?? 0;
  let tail: TailReader | undefined;

  const publisher = new Publisher({
    address,
    topic,
    monotonicMs: clock.monotonicMs,
    published(position, place) {
      // First, so that the lag never falls to nothing in between.
      for (const each of groups) each.reaches(place.partition, place.offset + 1n);
      own.published(position, place);
    },
    failed: (error) => trouble(error, 'publishing'),
  });

  const seen = (entries: readonly LogEntry[]) => {
    for (const { position } of entries) head = Math.max(head, position);
  };

  const openTail = () =>
    new TailReader({
      address,
      topic,
      ends,
      nowMs: clock.nowMs,
      trouble,
      isFull: () => [...nows].some(({ waiting }) => waiting >= queueMax),
      take(entries) {
        seen(entries);
        counts.read += entries.length;
        const others = entries.filter(({ position }) => !own.has(position));
        counts.repeated += entries.length - others.length;
        for (const each of nows) each.offer(others);
      },
    });

  const subscribeNow = async (subscribe: SubscribeOptions) => {
    const subscription = new NowSubscription(subscribe, {
      failed: failed(subscribe.group),
      drained: () => tail?.drained(),
      async offered() {
        await own.settled();
        const reader = tail;
        if (reader) await reader.reachedLatest();
      },
      async ended(ending) {
        nows.delete(ending);
        if (nows.size > 0) return;
        const reader = tail;
        tail = undefined;
        await reader?.close();
      },
    });
    nows.add(subscription);
    tail ??= openTail();
    await tail.placed();
    return subscription;
  };

  const subscribeStored = async (subscribe: SubscribeOptions) => {
    const { group } = subscribe;
    held.take(group);
    const subscription: GroupSubscription = new GroupSubscription(subscribe, {
      address,
      topic,
      groupId: `${name}-${group}`,
      monotonicMs: clock.monotonicMs,
      own,
      ends,
      seen,
      failed: failed(group),
      trouble,
      released() {
        if (groups.delete(subscription)) held.release(group);
      },
    });
    groups.add(subscription);
    await subscription.joined();
    return subscription;
  };

  return {
    head: () => head,
    overlap: lateMsMax * idsPerMs,
    read: (after, limit) => outbox.readAfter(after, Math.min(limit, logReadMax)),
    // Kafka forgets by itself, and keeps what a group has not handled no longer than the rest.
    trim: async () => 0,
    subscribe: (subscribe) =>
      subscribe.start === 'now' ? subscribeNow(subscribe) : subscribeStored(subscribe),
    committed(entries, isThenPending = false) {
      seen(entries);
      if (!isThenPending) own.add(entries);
      for (const each of nows) {
        // One that is too far behind takes them from Kafka, when it gets there.
        if (each.waiting < queueMax) each.offer(entries);
        else for (const { position } of entries) own.forget(position);
      }
    },
    async publish(entries) {
      try {
        await publisher.publish(entries);
      } catch (error) {
        own.leave(entries);
        throw error;
      }
    },
    migrate: () => createTopic({ address, topic, partitions, retentionMs }),
    async ping() {
      await ends.partitionsCount();
      if (tail && !tail.isPlaced) throw new Error('The newest entries are not known yet.');
    },
    stats: () => ({
      unpublished: own.unpublished,
      published: publisher.stats.published,
      publishRetries: publisher.stats.retries,
      refused: publisher.stats.refused,
      ...counts,
    }),
    async close() {
      await Promise.all([...groups, ...nows].map((each) => each.close()));
      await publisher.close(lastPublishMs);
      own.close();
      await ends.close();
    },
  };
}
