import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { connections, ownPrefix, redisUrl } from '../../../test/cluster/shared-redis.ts';
import { type Id, idFromNumber } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { type Timelines, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { RedisConnection } from './connection.ts';
import { redisTimelines } from './redis-timelines.ts';

/** How many random histories; KITH_REDIS_HISTORIES asks for more, KITH_REDIS_SEED for one of them alone. */
const histories = Number(process.env['KITH_REDIS_HISTORIES'] ?? 20);
const onlySeed = process.env['KITH_REDIS_SEED'];
const stepsPerHistory = 300;
const ringMax = 6;
const processes = 3;

const prefix = ownPrefix();
const connect = connections();
const raw = new Redis(redisUrl);
after(() => raw.disconnect());

const authors = Array.from({ length: 4 }, (_, i) => idFromNumber(1000 + i));
const readers = Array.from({ length: 4 }, (_, i) => idFromNumber(2000 + i));
const everything = { before: Number.POSITIVE_INFINITY, limit: 1000 };

/** How much of what is kept goes away at once, if anything. */
type Loss = 'none' | 'keys' | 'all';

/** Posts as they are published, readers as they fit their inboxes, and a server that loses things in between. */
class History {
  readonly #random: () => number;
  readonly #prefix: string;
  readonly #timelines: Timelines[];
  /** By author; and those whose delivery is over. */
  readonly #posted = new Map<Id, Set<number>>(authors.map((id) => [id, new Set()]));
  readonly #announced = new Map<Id, Set<number>>(authors.map((id) => [id, new Set()]));
  #lastKey = 1000;
  checked = 0;
  covered = 0;

  constructor(options: { random: () => number; prefix: string; timelines: Timelines[] }) {
    this.#random = options.random;
    this.#prefix = options.prefix;
    this.#timelines = options.timelines;
  }

  #one<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)]!;
  }
  #some<T>(of: readonly T[]): T[] {
    const found = of.filter(() => this.#random() < 0.5);
    return found.length > 0 ? found : [this.#one(of)];
  }

  async step(loss: Loss): Promise<void> {
    const timelines = this.#one(this.#timelines);
    const dice = this.#random();
    try {
      if (dice < 0.3) await this.#post(timelines, this.#one(authors));
      else if (dice < 0.45) await this.#fit(timelines, this.#one(readers), this.#some(authors));
      else if (dice < 0.5) await timelines.uncover(this.#one(readers), this.#some(authors));
      else if (dice < 0.52) await timelines.drop(this.#one(readers));
      else if (dice < 0.55) await this.#retire(timelines, this.#one(authors));
      else if (dice < 0.63) await this.#fillHead(timelines, this.#one(authors));
      else if (dice < 0.7) await this.#lose(loss);
      else await this.check(timelines, this.#one(readers));
    } catch (error) {
      // A generation that ends over and over: whoever was at it gives up.
      if (!(error instanceof TimelinesUnavailable)) throw error;
    }
  }

  /** Truth first; then the head and the audience, as often as it takes. */
  async #post(timelines: Timelines, authorId: Id): Promise<void> {
    const isLate = this.#random() < 0.2;
    const key = isLate ? this.#lastKey - Math.floor(this.#random() * 40) : ++this.#lastKey;
    this.#posted.get(authorId)!.add(key);
    for (;;) {
      try {
        await timelines.pushHeads([{ authorId, key }]);
        let cursor: string | undefined;
        do {
          const page = await timelines.audience(authorId, { cursor, limit: 2 });
          await timelines.deliver(page.readers, authorId, key);
          cursor = page.next;
        } while (cursor !== undefined);
        this.#announced.get(authorId)!.add(key);
        return;
      } catch (error) {
        if (!(error instanceof TimelinesUnavailable)) throw error;
      }
    }
  }

  async #fit(timelines: Timelines, readerId: Id, wanted: Id[]): Promise<void> {
    const { term, floor } = await timelines.join(readerId, wanted);
    const bound = floor === Number.POSITIVE_INFINITY ? 0 : floor;
    const found = wanted.flatMap((id, slot) => [...this.#posted.get(id)!].map((key) => ({ key, slot })));
    const newest = found.sort((a, b) => b.key - a.key).filter(({ key }) => key >= bound);
    const part = newest.slice(0, ringMax);
    const keys = part.map(({ key }) => key);
    const from = newest.length < ringMax ? bound : keys.at(-1)!;
    await timelines.cover(readerId, {
      term,
      authors: wanted,
      keys,
      authorOf: part.map((each) => each.slot),
      from,
    });
  }

  async #retire(timelines: Timelines, authorId: Id): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await timelines.audience(authorId, { cursor, limit: 2 });
      await timelines.retire(page.readers, authorId);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  async #fillHead(timelines: Timelines, authorId: Id): Promise<void> {
    const [state] = await timelines.openHeads([authorId]);
    const keys = [...this.#posted.get(authorId)!].sort((a, b) => b - a).slice(0, 4);
    const from = keys.length < 4 ? 0 : keys.at(-1)!;
    await timelines.fillHeads([{ authorId, term: state!.term, keys, from, below: Number.POSITIVE_INFINITY }]);
  }

  async #lose(loss: Loss): Promise<void> {
    if (loss === 'none') return;
    const keys = await raw.keys(`${this.#prefix}*`);
    const lost = loss === 'all' && this.#random() < 0.3 ? keys : keys.filter(() => this.#random() < 0.15);
    if (lost.length > 0) await raw.unlink(...lost);
  }

  /** Whatever a floor promises is there. */
  async check(timelines: Timelines, readerId: Id): Promise<void> {
    const announced = new Map(authors.map((id) => [id, [...this.#announced.get(id)!]]));
    const coverage = await timelines.coverage(readerId);
    const pulled = authors.filter(() => this.#random() < 0.3);
    const version = coverage?.version ?? 0;
    const page = await timelines.read({
      readerId,
      version,
      pulled: timelines.prepare(pulled),
      ...everything,
    });
    if (!page.current || page.absent.length > 0) return;
    const promised = new Set([...pulled, ...(coverage?.authors() ?? [])]);
    this.checked++;
    if (coverage && coverage.authors().length > 0) this.covered++;
    const sorted = [...new Set(page.keys)].sort((a, b) => b - a);
    assert.deepEqual(page.keys, sorted);
    assert.ok(page.keys.every((key) => key >= page.floor));
    for (const authorId of promised) {
      for (const key of announced.get(authorId)!)
        assert.ok(
          key < page.floor || page.keys.includes(key),
          `${key} of ${authorId} is missing above ${page.floor}: ${page.keys}`,
        );
      for (const [i, key] of page.keys.entries())
        if (page.authors[i] === authorId)
          assert.ok(this.#posted.get(authorId)!.has(key), `${key} was never posted`);
    }
  }

  async finish(): Promise<void> {
    for (const readerId of readers)
      for (const timelines of this.#timelines) {
        await this.check(timelines, readerId);
        await this.#fit(timelines, readerId, authors).catch(ignoreUnavailable);
        await this.check(timelines, readerId);
      }
  }
}

const ignoreUnavailable = (error: unknown) => {
  if (!(error instanceof TimelinesUnavailable)) throw error;
};

/** The same connection, on which any trip may be held up for as long as some others take. */
function straying(connection: RedisConnection, random: () => number): RedisConnection {
  const tripWithin: RedisConnection['tripWithin'] = async (generation, calls) => {
    for (let turns = random() < 0.5 ? 0 : random() * 60; turns > 0; turns--) await turn();
    return connection.tripWithin(generation, calls);
  };
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'tripWithin') return tripWithin;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function play(seed: number, { loss, atOnce }: { loss: Loss; atOnce: number }): Promise<History> {
  const { random } = manualClock(0, seed);
  const name = `${prefix}-${loss}-${atOnce}-${seed}`;
  const opened = await Promise.all(Array.from({ length: processes }, () => connect(name)));
  const shards = seed % 2 === 0 ? 1 : 3;
  const timelines = opened.map((connection) =>
    redisTimelines(atOnce > 1 ? straying(connection, random) : connection, { ringMax, shards }),
  );
  const history = new History({ random, prefix: name, timelines });
  const workers = Array.from({ length: atOnce }, async () => {
    for (let i = 0; i < stepsPerHistory / atOnce; i++) await history.step(loss);
  });
  await Promise.all(workers);
  await history.finish();
  await Promise.all(opened.map((connection) => connection.close()));
  return history;
}

async function playAll(kind: { loss: Loss; atOnce: number }): Promise<void> {
  let checked = 0;
  let covered = 0;
  for (let seed = 1; seed <= histories; seed++) {
    if (onlySeed !== undefined && Number(onlySeed) !== seed) continue;
    const history = await play(seed, kind).catch((error) => {
      throw new Error(`KITH_REDIS_SEED=${seed}: ${error.message}`, { cause: error });
    });
    checked += history.checked;
    covered += history.covered;
  }
  // A test of pages that are never answered would prove nothing.
  assert.ok(covered > checked / 4 && checked > histories * 10, `${covered} of ${checked}`);
}

describe('what a floor promises is there, whatever is lost', () => {
  it('with an audience lost between two backfills of one inbox, begun one after the other', async () => {
    const name = `${prefix}-overtaken`;
    const [slow, quick] = await Promise.all([connect(name), connect(name)]);
    const [late, timely] = [redisTimelines(slow, { ringMax }), redisTimelines(quick, { ringMax })];
    const [authorId, readerId] = [authors[0]!, readers[0]!];
    const backfill = { authors: [authorId], authorOf: [0], from: 0 };

    const first = await late.join(readerId, [authorId]);
    await raw.unlink(...(await raw.keys(`${name}*a:{${authorId}}`)));
    // Published while nobody is in the audience, as whoever delivers it finds; the second finds it in the truth.
    assert.equal((await timely.audience(authorId, { limit: 10 })).readers.count, 0);
    const second = await timely.join(readerId, [authorId]);

    assert.equal(await late.cover(readerId, { ...backfill, term: first.term, keys: [] }), false);
    assert.deepEqual((await timely.coverage(readerId))!.authors(), []);
    assert.equal(
      await timely.cover(readerId, { ...backfill, term: second.term, keys: [7], authorOf: [0] }),
      true,
    );
    const { version } = (await late.coverage(readerId))!;
    const page = await late.read({ readerId, version, pulled: late.prepare([]), ...everything });
    assert.deepEqual(page.keys, [7]);
  });
  it('with nothing lost and several processes at once', () => playAll({ loss: 'none', atOnce: 8 }));
  it('with keys lost one by one', () => playAll({ loss: 'keys', atOnce: 1 }));
  it('with keys lost and several processes at once', () => playAll({ loss: 'keys', atOnce: 8 }));
  it('with everything lost now and then', () => playAll({ loss: 'all', atOnce: 4 }));
});
