import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryCache } from '../cache/memory-cache.ts';
import { manualClock } from '../clock/clock.ts';
import { memoryRateLimits } from '../rate-limits/memory-rate-limits.ts';
import { createMemoryStore } from '../records/memory-store.ts';
import { memorySearch } from '../search/memory-search.ts';
import { measured } from './measured.ts';
import { ByLabel, createMeters } from './meters.ts';
import { watchEngines } from './watch-engines.ts';

const world = () => {
  const clock = manualClock();
  const store = createMemoryStore({ nowMs: clock.nowMs });
  const meters = createMeters();
  const ports = {
    ...store,
    cache: memoryCache({ charactersMax: 1000 }),
    search: memorySearch(),
    rateLimits: memoryRateLimits({ clock }),
  };
  return { clock, meters, ports: measured(ports, meters, clock) };
};
const total = (buckets: readonly number[] | undefined) => buckets?.reduce((sum, n) => sum + n, 0) ?? 0;

test('measured ports do what they did, and say how often and how long', async () => {
  const { meters, ports, clock } = world();
  const hint = { kind: 'a.changed', key: 'a', data: {} };
  const subscription = await ports.log.subscribe({
    group: 'live-0f8fad5b-d9cb-469f-a165-70867728950e',
    start: 'now',
    handle: async () => clock.advance(30),
  });
  assert.equal((await ports.records.commit({ decide: [], hints: [hint] })).ok, true);
  await subscription.caughtUp();
  assert.equal(total(meters.commits.get('ok').buckets), 1);
  assert.equal(meters.batches.get('live').sumSeconds, 0.03);
  assert.equal(meters.lags.get('live')!.size, 1);
  await subscription.close();
  assert.equal(meters.lags.get('live')!.size, 0, 'who has left lags behind no more');

  const { token } = await ports.cache.getMany(['a', 'b']);
  ports.cache.fill([{ key: 'a', value: '1' }], token);
  assert.deepEqual((await ports.cache.getMany(['a'])).values, ['1']);
  assert.deepEqual([meters.cacheHits, meters.cacheMisses], [1, 2]);

  const budget = { name: 'login', takesMax: 1, windowMs: 1000 };
  const verdicts = [ports.rateLimits.take(budget, 'ann'), ports.rateLimits.take(budget, 'ann')];
  assert.ok(!verdicts.some((verdict) => verdict instanceof Promise), 'stays synchronous');
  assert.equal(meters.limited.get('login').count, 1);

  await ports.search.hashtags({ prefix: 'a', limit: 1 });
  assert.equal(total(meters.searches.get('hashtags').buckets), 1);
  await ports.search.close();
});

test('labels have a bound', () => {
  const counts = new ByLabel(() => ({ count: 0 }));
  for (let i = 0; i < 1000; i++) counts.get(`value ${i}`).count++;
  assert.equal([...counts.entries()].length, 65);
  assert.equal(counts.get('other').count, 1000 - 64);
});

test('engines that answer, answer that something is wrong, or fail', async () => {
  const meters = createMeters();
  const checks = {
    Well: async () => undefined,
    Ill: async () => 'has no room',
    Gone: async () => {
      throw new Error('refused');
    },
  };
  const watching = watchEngines(checks, meters, manualClock());
  while (meters.engines.size < 3) await new Promise((resolve) => setImmediate(resolve));
  watching.stop();
  const up = [...meters.engines].map(([name, { isUp }]) => [name, isUp]);
  assert.deepEqual(Object.fromEntries(up), { well: true, ill: false, gone: false });
});
