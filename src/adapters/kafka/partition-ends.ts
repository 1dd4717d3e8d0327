import { Admin, ListOffsetTimestamps } from '@platformatic/kafka';
import { clientOptions, closeClient, type KafkaAddress, within } from './client-options.ts';

const askMsMax = 8_000;
const clientRetries = 1;

/** Offsets by partition. */
export type Offsets = Map<number, bigint>;

/** Asks how far the topic reaches and how far groups have come. */
export class PartitionEnds {
  #address: KafkaAddress;
  #topic: string;
  #admin: Admin | undefined;
  #isClosed = false;

  constructor(address: KafkaAddress, topic: string) {
    this.#address = address;
    this.#topic = topic;
  }

  /** The offset after the newest entry of each partition. */
  latest(): Promise<Offsets> {
    return this.#list(ListOffsetTimestamps.LATEST);
  }

  /** The offset of the oldest entry that is kept. */
  earliest(): Promise<Offsets> {
    return this.#list(ListOffsetTimestamps.EARLIEST);
  }

  /** The offset of the first entry since a moment; -1 where there is none. */
  since(ms: number): Promise<Offsets> {
    return this.#list(BigInt(Math.floor(ms)));
  }

  /** What a group has stored; the oldest entry where it has stored nothing. */
  async committed(group: string): Promise<Offsets> {
    const offsets = await this.earliest();
    const found = await this.#ask('the group', (admin) =>
      admin.listConsumerGroupOffsets({
        groups: [{ groupId: group, topics: [{ name: this.#topic, partitionIndexes: [...offsets.keys()] }] }],
      }),
    );
    for (const { partitionIndex, committedOffset } of found[0]?.topics[0]?.partitions ?? []) {
      if (committedOffset >= 0n) offsets.set(partitionIndex, committedOffset);
    }
    return offsets;
  }

  async partitionsCount(): Promise<number> {
    const { topics } = await this.#ask('the topic', (admin) =>
      admin.metadata({ topics: [this.#topic], forceUpdate: true }),
    );
    const topic = topics.get(this.#topic);
    if (!topic) throw new Error(`Kafka has no topic ${this.#topic}`);
    const leaderless = topic.partitions.filter(({ leader }) => leader < 0).length;
    if (leaderless > 0) throw new Error(`${leaderless} partitions of ${this.#topic} have no leader`);
    return topic.partitionsCount;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#admin) await closeClient(this.#admin);
  }

  async #list(timestamp: bigint): Promise<Offsets> {
    const count = await this.partitionsCount();
    const partitions = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, timestamp }));
    const found = await this.#ask('the offsets', (admin) =>
      admin.listOffsets({ topics: [{ name: this.#topic, partitions }] }),
    );
    return new Map(found[0]!.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset]));
  }

  async #ask<T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new Error('the log is closed');
    this.#admin ??= new Admin(clientOptions(this.#address, this.#topic, clientRetries));
    const admin = this.#admin;
    try {
      return await within(askMsMax, `asking Kafka for ${what}`, ask(admin));
    } catch (error) {
      if (this.#admin === admin) this.#admin = undefined;
      void closeClient(admin);
      throw error;
    }
  }
}
