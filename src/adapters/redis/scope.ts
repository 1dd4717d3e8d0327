import { type Id, idToNumber } from '../../lib/ids.ts';
import { TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { Call, RedisConnection, Reply } from './connection.ts';

/** Keys of one script at most: it keeps everybody else waiting. */
const keysMax = 500;

/** The generation ended while something was done in it. */
export class GenerationOver extends Error {
  override readonly name = 'GenerationOver';
}

/** Some of the keys of one call: those that live in one shard. `at` says which. */
export interface KeyBatch {
  keys: string[];
  at: number[];
}

/**
 * What one operation sees: the names of keys in the generation it began in, and trips that fail if that is over.
 * Keys that one script takes together carry one hash tag; there is one for each of `shards`.
 */
export class Scope {
  readonly generation: string;
  readonly #connection: RedisConnection;
  readonly #names: string;
  readonly #shards: number;

  constructor(connection: RedisConnection, generation: string, shards: number) {
    this.#connection = connection;
    this.generation = generation;
    this.#names = connection.namesOf(generation);
    this.#shards = shards;
  }

  get directory(): string {
    return this.#connection.directoryKey;
  }
  head(authorId: Id): string {
    return this.#of('h', authorId);
  }
  inbox(readerId: Id): string {
    return this.#of('i', readerId);
  }
  audience(authorId: Id): string {
    return `${this.#names}a:{${authorId}}`;
  }
  get popular(): string {
    return `${this.#names}popular`;
  }

  #of(kind: string, id: Id): string {
    return `${this.#names}${kind}{${kind}${this.#shardOf(id)}}:${id}`;
  }
  #shardOf(id: Id): number {
    return this.#shards === 1 ? 0 : idToNumber(id) % this.#shards;
  }

  /** The keys of these ids in as few scripts as may be. */
  batches(ids: readonly Id[], keyOf: (id: Id) => string): KeyBatch[] {
    const open = new Map<number, KeyBatch>();
    const batches: KeyBatch[] = [];
    for (let i = 0; i < ids.length; i++) {
      const shard = this.#shardOf(ids[i]!);
      let batch = open.get(shard);
      if (!batch || batch.keys.length === keysMax) {
        batch = { keys: [], at: [] };
        open.set(shard, batch);
        batches.push(batch);
      }
      batch.keys.push(keyOf(ids[i]!));
      batch.at.push(i);
    }
    return batches;
  }

  /** One round trip. */
  async trip(calls: readonly Call[]): Promise<Reply[]> {
    const replies = await this.#connection.tripWithin(this.generation, calls);
    if (!replies) throw new GenerationOver('a new generation has begun');
    return replies;
  }
}

const attemptsMax = 3;

/** Does it within the present generation; again if that ends meanwhile. Throws TimelinesUnavailable. */
export async function inScope<T>(
  connection: RedisConnection,
  shards: number,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  try {
    for (let attempt = 1; ; attempt++) {
      const { generation } = connection;
      if (generation === undefined) throw new TimelinesUnavailable('Redis is not connected');
      try {
        return await work(new Scope(connection, generation, shards));
      } catch (error) {
        if (!(error instanceof GenerationOver) || attempt === attemptsMax) throw error;
      }
    }
  } catch (error) {
    if (error instanceof TimelinesUnavailable) throw error;
    if (error instanceof Error && (error.name === 'RedisUnavailable' || error instanceof GenerationOver))
      throw new TimelinesUnavailable(error.message, { cause: error });
    throw error;
  }
}
