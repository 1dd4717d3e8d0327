import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type OwnRedis, startOwnRedis } from '../../../test/cluster/own-redis.ts';
import { idFromNumber } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { type Timelines, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import { openRedis, type RedisConnection } from './connection.ts';
import { redisCache } from './redis-cache.ts';
import { redisPubSub } from './redis-pubsub.ts';
import { redisRateLimits } from './redis-rate-limits.ts';
import { redisTimelines } from './redis-timelines.ts';

let server: OwnRedis;
const opened: RedisConnection[] = [];
before(async () => {
  server = await startOwnRedis();
});
after(async () => {
  for (const connection of opened) await connection.close();
  await server.end();
});

/** Each test has keys of its own. */
let tests = 0;
beforeEach(() => {
  tests++;
  reports.length = 0;
});

const commandTimeoutMs = 250;
const pingOnce = `require('node:net').connect(process.argv[1], '127.0.0.1', function () {
  this.end('PING\\r\\n');
}).resume()`;
const reports: string[] = [];
async function connect(): Promise<RedisConnection> {
  const connection = await openRedis({
    url: server.url,
    keyPrefix: `kith-${tests}`,
    clock: systemClock,
    commandTimeoutMs,
    report: (error) => reports.push(String(error)),
  });
  opened.push(connection);
  return connection;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const connected = (connection: RedisConnection) => until(() => connection.generation !== undefined);

const [ann, bob, cho] = [1, 2, 3].map((n) => idFromNumber(1000 + n)) as [string, string, string];
const all = { before: Number.POSITIVE_INFINITY, limit: 20 };
const budget = { name: 'test', takesMax: 1, windowMs: 60_000 };

/** Ann's inbox covers bob; cho has a head. */
async function fill(timelines: Timelines): Promise<void> {
  const { term } = await timelines.join(ann, [bob]);
  assert.ok(await timelines.cover(ann, { term, authors: [bob], keys: [5], authorOf: [0], from: 0 }));
  const [head] = await timelines.openHeads([cho]);
  const below = Number.POSITIVE_INFINITY;
  await timelines.fillHeads([{ authorId: cho, term: head!.term, keys: [7], from: 0, below }]);
}

async function read(timelines: Timelines) {
  const version = (await timelines.coverage(ann))?.version ?? 0;
  return timelines.read({ readerId: ann, version, pulled: timelines.prepare([cho]), ...all });
}

async function put(cache: ReturnType<typeof redisCache>, key: string, value: string): Promise<void> {
  const { token } = await cache.getMany([key]);
  cache.fill([{ key, value }], token);
  assert.equal((await cache.getMany([key])).values[0], value);
}

/** What everything must do, at once, while there is no server. */
async function worksWithout(connection: RedisConnection): Promise<void> {
  const timelines = redisTimelines(connection);
  const page = await read(timelines);
  assert.deepEqual([page.keys, page.absent, page.floor], [[], [cho], Number.POSITIVE_INFINITY]);
  const planned = { readerId: ann, version: 1, pulled: timelines.prepare([cho]), ...all };
  assert.equal((await timelines.read(planned)).current, false);
  assert.equal(await timelines.coverage(ann), undefined);
  const [run] = await timelines.headRuns([{ authorId: cho, before: 9 }], { limit: 3 });
  assert.equal(run!.floor, Number.POSITIVE_INFINITY);
  assert.deepEqual(await timelines.popularAmong([bob]), new Set());
  assert.equal(await timelines.audienceSize(bob), 0);
  const writes = [
    () => timelines.pushHeads([{ authorId: bob, key: 9 }]),
    () => timelines.audience(bob, { limit: 10 }),
    () => timelines.join(ann, [bob]),
    () => timelines.uncover(ann, [bob]),
    () => timelines.openHeads([bob]),
    () => timelines.drop(ann),
    () => timelines.clear(),
  ];
  for (const write of writes) await assert.rejects(write(), TimelinesUnavailable);
  assert.deepEqual(await redisRateLimits(connection).take(budget, 'ann'), {
    allowed: true,
    remaining: 1,
    resetMs: 60_000,
  });
  const cache = redisCache(connection);
  const { values, token } = await cache.getMany(['a']);
  assert.deepEqual(values, [undefined]);
  cache.fill([{ key: 'a', value: 'one' }], token);
}

describe('Redis that fails', () => {
  it('takes an answer that came in time, though this process was held up past it', async () => {
    const connection = await connect();
    await connected(connection);
    const { connections } = connection.stats();
    const answer = connection.trip([['ping']]);
    const endMs = performance.now() + 2 * commandTimeoutMs;
    // Whoever is answered later shows that the server has answered us.
    execFileSync(process.execPath, ['-e', pingOnce, new URL(server.url).port]);
    while (performance.now() < endMs);
    assert.deepEqual((await answer).map(String), ['PONG']);
    assert.equal(connection.stats().connections, connections);
    // Or it would tell of what comes next as well.
    await connection.close();
  });

  it('dead: everything answers without it, at once, and goes on when it is back', async () => {
    const connection = await connect();
    const timelines = redisTimelines(connection);
    await fill(timelines);
    assert.deepEqual((await read(timelines)).keys, [7, 5]);
    await server.kill();
    await until(() => connection.generation === undefined);
    const { trips } = connection.stats();
    await worksWithout(connection);
    assert.equal(connection.stats().trips, trips, 'nothing was even tried');
    await server.start();
    await connected(connection);
    assert.equal(await timelines.coverage(ann), undefined);
    await fill(timelines);
    assert.deepEqual((await read(timelines)).keys, [7, 5]);
    assert.equal(reports.length, 1, 'told once');
  });

  it('restored from an old snapshot: nothing of it is believed', async () => {
    const connection = await connect();
    const timelines = redisTimelines(connection);
    const cache = redisCache(connection);
    await fill(timelines);
    await put(cache, 'a', 'old');
    await server.snapshot();
    // What the snapshot does not know.
    await timelines.pushHeads([{ authorId: cho, key: 8 }]);
    const { readers } = await timelines.audience(bob, { limit: 10 });
    await timelines.deliver(readers, bob, 9);
    cache.invalidate(['a']);
    assert.deepEqual((await read(timelines)).keys, [9, 8, 7, 5]);
    await server.restart({ restored: true });
    assert.ok(Number(await server.ask('dbsize')) > 3, 'the old keys are there');
    await until(() => connection.stats().connections === 2);
    assert.equal(await timelines.coverage(ann), undefined);
    const page = await read(timelines);
    assert.deepEqual([page.keys, page.absent], [[], [cho]]);
    assert.deepEqual((await cache.getMany(['a'])).values, [undefined]);
    await timelines.deliver(readers, bob, 10);
  });

  it('emptied while in use: everything begins anew, for every process', async () => {
    const [one, two] = await Promise.all([connect(), connect()]);
    const [timelines, others] = [redisTimelines(one), redisTimelines(two)];
    const cache = redisCache(one);
    await fill(timelines);
    await put(cache, 'a', 'old');
    const { token } = await cache.getMany(['b']);
    await server.ask('flushall');
    cache.fill([{ key: 'b', value: 'read before' }], token);
    assert.deepEqual((await cache.getMany(['a', 'b'])).values, [undefined, undefined]);
    assert.equal(await others.coverage(ann), undefined);
    assert.equal(await timelines.coverage(ann), undefined);
    await fill(others);
    await timelines.pushHeads([{ authorId: cho, key: 8 }]);
    await timelines.deliver((await timelines.audience(bob, { limit: 10 })).readers, bob, 9);
    assert.deepEqual((await read(others)).keys, [9, 8, 7, 5]);
    assert.equal(one.generation, two.generation);
  });

  it('paused: a command fails after its time, the next ones at once', async () => {
    const connection = await connect();
    const timelines = redisTimelines(connection);
    await fill(timelines);
    server.pause();
    try {
      await assert.rejects(timelines.pushHeads([{ authorId: cho, key: 8 }]), TimelinesUnavailable);
      assert.equal(connection.generation, undefined);
      const { trips } = connection.stats();
      const page = await read(timelines);
      assert.deepEqual([page.keys, page.absent], [[], [cho]]);
      // Attempts to connect are the only trips.
      assert.ok(connection.stats().trips <= trips + 1);
    } finally {
      server.resume();
    }
    await connected(connection);
    // It is the same run: what was there is there, and what was sent too late may have arrived.
    await timelines.pushHeads([{ authorId: cho, key: 8 }]);
    assert.deepEqual((await read(timelines)).keys, [8, 7, 5]);
  });

  it('an invalidation that could not be delivered clears the cache before it is used again', async () => {
    const connection = await connect();
    const cache = redisCache(connection);
    const other = redisCache(await connect());
    await put(cache, 'a', 'old');
    server.pause();
    cache.invalidate(['a']);
    await until(() => connection.generation === undefined);
    cache.invalidate(['b']);
    server.resume();
    await until(async () => {
      const { values, token } = await cache.getMany(['a']);
      assert.deepEqual(values, [undefined]);
      return token > 0;
    });
    await until(async () => (await other.getMany(['a'])).token > 0);
    assert.deepEqual((await other.getMany(['a'])).values, [undefined]);
    await put(cache, 'a', 'new');
  });

  it('subscribers hear again when it is back, and those of the same process always', async () => {
    const connections = await Promise.all([connect(), connect()]);
    const [pubsub, other] = connections.map(redisPubSub) as [
      ReturnType<typeof redisPubSub>,
      ReturnType<typeof redisPubSub>,
    ];
    const heard: string[] = [];
    const heardHere: string[] = [];
    other.subscribe('a', (message) => heard.push(message));
    pubsub.subscribe('a', (message) => heardHere.push(message));
    await Promise.all([pubsub.settled(), other.settled()]);
    await server.kill();
    await until(() => connections.every(({ generation }) => generation === undefined));
    pubsub.publish('a', 'one');
    assert.deepEqual(heardHere, ['one']);
    await server.start();
    await until(() => {
      pubsub.publish('a', 'two');
      return heard.length > 0;
    });
    assert.equal(heard[0], 'two');
    await Promise.all([pubsub.close(), other.close()]);
  });

  it('not there when the process starts: it starts all the same', async () => {
    await server.kill();
    const connection = await connect();
    await worksWithout(connection);
    await server.start();
    await connected(connection);
    await fill(redisTimelines(connection));
    assert.ok((await connection.ping()) >= 0);
  });
});
