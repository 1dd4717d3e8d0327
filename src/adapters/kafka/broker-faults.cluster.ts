import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { EngineSet } from '../../../tools/engines/engine-set.ts';
import { openTestSet } from '../../../tools/engines/test-set.ts';
import { commitNumber, freshName, numbersOf, openTestStore, type TestStore, until } from './testing.ts';

const nodes = [1, 2, 3];

/** Brokers of its own, to be hurt. */
describe('Kafka whose brokers fail', () => {
  let set: EngineSet;
  let brokers: string[];
  let store: TestStore;
  before(async () => {
    set = await openTestSet({ three: true, only: ['kafka'] });
    await set.start();
    brokers = set.env()['KITH_KAFKA']!.split(',');
  });
  after(() => set.stop({ wipe: true }));
  beforeEach(() => {
    committed = 0;
    store = openTestStore({ name: freshName(), brokers });
  });

  const gather = async (start: 'now' | 'stored', { log } = store) => {
    const seen = new Set<number>();
    const subscription = await log.subscribe({
      group: 'g',
      start,
      handle: async (entries) => {
        for (const n of numbersOf(entries)) seen.add(n);
      },
    });
    return { seen, subscription };
  };
  let committed: number;
  const commit = async (count: number) => {
    for (const to = committed + count; committed < to; committed++) await commitNumber(store, committed);
  };

  for (const fault of ['killed', 'paused'] as const) {
    test(`each broker in turn ${fault} and back: everything comes, commits wait for nothing`, async () => {
      await store.log.migrate();
      const observer = openTestStore({ name: store.name, brokers, base: 1_000_000 });
      const stored = await gather('stored');
      const now = await gather('now', observer);
      for (const node of nodes) {
        await commit(100);
        if (fault === 'killed') await set.kill('kafka', node);
        else set.pause('kafka', node);
        await commit(100);
        await until(() => stored.seen.size === committed && now.seen.size === committed);
        if (fault === 'killed') await set.startNode('kafka', node);
        else set.resume('kafka', node);
        await set.ready();
      }
      await store.idle();
      await Promise.all([stored.subscription.caughtUp(), now.subscription.caughtUp()]);
      assert.equal(stored.seen.size, committed);
      assert.equal(now.seen.size, committed);
      assert.equal(stored.subscription.lag(), 0);
      await Promise.all([store.close(), observer.close()]);
    });
  }

  test('Kafka away at the start: commits go on, nobody is ready, and everything comes when it is back', async () => {
    await store.log.migrate();
    const observer = openTestStore({ name: store.name, brokers, base: 1_000_000 });
    await Promise.all(nodes.map((node) => set.kill('kafka', node)));
    const stored = await gather('stored');
    const now = await gather('now', observer);
    await commit(100);
    await assert.rejects(store.log.ping());
    await assert.rejects(observer.log.ping());
    assert.equal(store.log.stats().unpublished, 100);
    assert.ok(stored.subscription.lag() >= 100);
    await Promise.all(nodes.map((node) => set.startNode('kafka', node)));
    await set.ready();
    await store.idle();
    await until(() => stored.seen.size === 100 && now.seen.size === 100);
    await Promise.all([store.log.ping(), observer.log.ping()]);
    await Promise.all([stored.subscription.caughtUp(), now.subscription.caughtUp()]);
    await Promise.all([store.close(), observer.close()]);
  });
});
