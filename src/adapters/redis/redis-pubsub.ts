import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { memoryPubSub, type PubSub } from '../../ports/pubsub/pubsub.ts';
import type { RedisConnection } from './connection.ts';
import { KeptConnection } from './keep-connected.ts';

export interface RedisPubSub extends PubSub {
  /** Resolves when the server was told of every subscription so far, or cannot be told now. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Subscribers in the publisher's own process are served directly, so one process alone does not need the server for
 * it. Others hear by the server; while it is away, they hear nothing. Subscriptions have a connection of their own,
 * which is made with the first of them.
 */
export function redisPubSub(connection: RedisConnection): RedisPubSub {
  return new SharedPubSub(connection);
}

/** A process's own messages come back to it: it knows them by this and has delivered them already. */
const originLength = 36;

class SharedPubSub implements RedisPubSub {
  readonly #connection: RedisConnection;
  readonly #local = memoryPubSub();
  readonly #origin = randomUUID();
  readonly #prefix: string;
  /** How many subscriptions a channel has here. */
  readonly #counts = new Map<string, number>();
  #kept: KeptConnection | undefined;
  #client: Redis | undefined;
  #told: Promise<unknown> = Promise.resolve();

  constructor(connection: RedisConnection) {
    this.#connection = connection;
    this.#prefix = `${connection.keyPrefix}:p:`;
  }

  publish(channel: string, message: string): void {
    this.#local.publish(channel, message);
    const call = ['publish', this.#prefix + channel, this.#origin + message] as const;
    this.#connection.trip([call]).catch(() => undefined);
  }

  subscribe(channel: string, receive: (message: string) => void): () => void {
    const end = this.#local.subscribe(channel, receive);
    this.#count(channel, 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      end();
      this.#count(channel, -1);
    };
  }

  #count(channel: string, change: 1 | -1): void {
    const count = (this.#counts.get(channel) ?? 0) + change;
    if (count > 0) this.#counts.set(channel, count);
    else this.#counts.delete(channel);
    if (!this.#kept) {
      this.#open();
      return;
    }
    const name = this.#prefix + channel;
    if (count === 1 && change === 1) this.#tell((client) => client.subscribe(name));
    if (count === 0) this.#tell((client) => client.unsubscribe(name));
  }

  #tell(say: (client: Redis) => Promise<unknown>): void {
    const client = this.#client;
    if (!client) return;
    this.#told = Promise.all([this.#told, say(client)]).catch(() => undefined);
  }

  #open(): void {
    const { url, clock, report } = this.#connection;
    this.#kept = new KeptConnection({
      url,
      clock,
      report,
      prepare: (client) => this.#prepare(client),
      lost: () => {
        this.#client = undefined;
      },
    });
    this.#told = this.#kept.connect();
  }

  async #prepare(client: Redis): Promise<void> {
    client.on('message', (name: string, text: string) => {
      if (text.startsWith(this.#origin)) return;
      this.#local.publish(name.slice(this.#prefix.length), text.slice(originLength));
    });
    this.#client = client;
    const names = [...this.#counts.keys()].map((channel) => this.#prefix + channel);
    if (names.length > 0) await client.subscribe(...names);
  }

  async settled(): Promise<void> {
    await this.#told;
  }
  async close(): Promise<void> {
    this.#kept?.close();
  }
}
