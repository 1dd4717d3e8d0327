import { type Id, idFromNumber } from '../../lib/ids.ts';
import { type CqlSession, numberOf, one, type Statement } from './cql.ts';
import {
  bucketOf,
  dayOfBucket,
  decodeRecord,
  encodeRecord,
  type OutboxRecord,
  type OutboxState,
  shardOf,
  shards,
  stateRank,
} from './outbox-record.ts';

const bucketsKnownMax = 64;
const rowsPerPage = 500;
/** Marks in one batch. */
const marksMax = 100;

/** A row without its payload. */
export interface OutboxRow {
  id: Id;
  state: OutboxState;
}

/** The rows of commits, by time and shard; rows expire, none is ever removed. */
export class Outbox {
  #session: CqlSession;
  #ttlSeconds: number;
  /** Buckets that the directory surely names. */
  #named = new Set<number>();

  constructor(session: CqlSession, ttlSeconds: number) {
    this.#session = session;
    this.#ttlSeconds = ttlSeconds;
  }

  async insert(record: OutboxRecord): Promise<void> {
    const { id, stamp, home } = record;
    const state: OutboxState = home ? 'begun' : 'decided';
    await this.#name(bucketOf(id));
    await this.#session.run(
      one(
        'outbox',
        `INSERT INTO outbox (bucket, shard, id, state, stamp, payload) VALUES (?, ?, ?, ?, ?, ?)
          USING TTL ${this.#ttlSeconds} AND TIMESTAMP ?`,
        [BigInt(bucketOf(id)), shardOf(id), id, state, BigInt(stamp), encodeRecord(record), BigInt(stamp)],
      ),
    );
  }

  /** Readers find a bucket by its name, so the name comes before the first row. */
  async #name(bucket: number): Promise<void> {
    if (this.#named.has(bucket)) return;
    await this.#session.run(
      one(
        'outbox',
        `INSERT INTO outbox_buckets (day, bucket) VALUES (?, ?) USING TTL ${this.#ttlSeconds * 2}`,
        [dayOfBucket(bucket), BigInt(bucket)],
      ),
    );
    if (this.#named.size >= bucketsKnownMax) this.#named.clear();
    this.#named.add(bucket);
  }

  async mark(records: readonly Pick<OutboxRecord, 'id' | 'stamp'>[], state: OutboxState): Promise<void> {
    const groups = new Map<string, Statement[]>();
    for (const { id, stamp } of records) {
      const place = `${bucketOf(id)}/${shardOf(id)}`;
      const group = groups.get(place) ?? [];
      group.push({
        cql: `UPDATE outbox USING TTL ${this.#ttlSeconds} AND TIMESTAMP ? SET state = ?
          WHERE bucket = ? AND shard = ? AND id = ?`,
        params: [BigInt(stamp + stateRank[state]), state, BigInt(bucketOf(id)), shardOf(id), id],
      });
      groups.set(place, group);
    }
    const batches = [...groups.values()].flatMap((group) =>
      Array.from({ length: Math.ceil(group.length / marksMax) }, (_, i) =>
        group.slice(i * marksMax, (i + 1) * marksMax),
      ),
    );
    await Promise.all(batches.map((statements) => this.#session.run({ kind: 'mark', statements })));
  }

  /** The buckets that hold anything, from one on, oldest first. */
  async buckets(from: number, to: number): Promise<number[]> {
    const days = Array.from(
      { length: dayOfBucket(to) - dayOfBucket(from) + 1 },
      (_, i) => dayOfBucket(from) + i,
    );
    const found = await Promise.all(
      days.map((day) =>
        this.#session.run(one('sweep', 'SELECT bucket FROM outbox_buckets WHERE day = ?', [day])),
      ),
    );
    return found
      .flatMap(({ rows }) => rows.map((row) => numberOf(row['bucket'])!))
      .filter((bucket) => bucket >= from && bucket <= to);
  }

  /** Every row of a bucket after an id, oldest first, without payloads. */
  async rows(bucket: number, after: Id | ''): Promise<OutboxRow[]> {
    const found = await Promise.all(
      Array.from({ length: shards }, (_, shard) => this.#rowsOfShard(bucket, shard, after)),
    );
    return found.flat().sort(byId);
  }

  async #rowsOfShard(bucket: number, shard: number, after: Id | ''): Promise<OutboxRow[]> {
    const rows: OutboxRow[] = [];
    let pageState: string | undefined;
    do {
      const answer = await this.#session.run(
        one(
          'sweep',
          'SELECT id, state FROM outbox WHERE bucket = ? AND shard = ? AND id > ?',
          [BigInt(bucket), shard, after],
          { fetchSize: rowsPerPage, pageState },
        ),
      );
      for (const row of answer.rows) {
        // A mark without its row: the insertion never took effect, or has expired.
        if (row['state']) rows.push({ id: row['id'] as Id, state: row['state'] as OutboxState });
      }
      pageState = answer.pageState;
    } while (pageState !== undefined);
    return rows;
  }

  /** The record under an id; undefined where its row is gone or was never written whole. */
  async record(id: Id): Promise<OutboxRecord | undefined> {
    const { rows } = await this.#session.run(
      one('sweep', 'SELECT stamp, payload FROM outbox WHERE bucket = ? AND shard = ? AND id = ?', [
        BigInt(bucketOf(id)),
        shardOf(id),
        id,
      ]),
    );
    const payload = rows[0]?.['payload'];
    return typeof payload === 'string' ? decodeRecord(id, numberOf(rows[0]!['stamp'])!, payload) : undefined;
  }

  /** Records of a bucket after an id, oldest first, at most so many of each shard. */
  async records(
    bucket: number,
    after: Id,
    limit: number,
  ): Promise<(OutboxRecord & { state: OutboxState })[]> {
    const found = await Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        this.#session.run(
          one(
            'read',
            `SELECT id, state, stamp, payload FROM outbox WHERE bucket = ? AND shard = ? AND id > ? LIMIT ${limit}`,
            [BigInt(bucket), shard, after],
          ),
        ),
      ),
    );
    return found
      .flatMap(({ rows }) => rows)
      .filter((row) => typeof row['payload'] === 'string')
      .map((row) => ({
        ...decodeRecord(row['id'] as Id, numberOf(row['stamp'])!, row['payload'] as string),
        state: row['state'] as OutboxState,
      }))
      .sort(byId);
  }

  /** The newest id of a bucket. */
  async newest(bucket: number): Promise<Id | undefined> {
    const found = await Promise.all(
      Array.from({ length: shards }, (_, shard) =>
        this.#session.run(
          one('read', 'SELECT id FROM outbox WHERE bucket = ? AND shard = ? ORDER BY id DESC LIMIT 1', [
            BigInt(bucket),
            shard,
          ]),
        ),
      ),
    );
    return found
      .map(({ rows }) => rows[0]?.['id'] as Id | undefined)
      .filter((id) => id !== undefined)
      .sort()
      .at(-1);
  }
}

const byId = (a: { id: Id }, b: { id: Id }) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export const idOfPosition = (position: number): Id => idFromNumber(Math.max(0, position));
