import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine, openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { createIdSource, idToNumber } from '../../lib/ids.ts';
import { type Clock, manualClock, systemClock } from '../../ports/clock/clock.ts';
import {
  contractTables,
  counts,
  following,
  hint,
  marks,
  names,
  things,
} from '../../ports/records/contract-store.ts';
import { defineTable, write } from '../../ports/records/records.ts';
import { migrateCassandra } from './store.ts';

const space = await testKeyspace();
const { keyspace } = space;
const ahead = (ms: number): Clock => ({ ...systemClock, nowMs: () => systemClock.nowMs() + ms });

test('migrations are applied once, by however many at once, and a new table is added while others serve', async () => {
  const serving = await openTestStore(space);
  assert.deepEqual(await migrateCassandra({ ...engine, keyspace, tables: contractTables }), []);
  const added = defineTable<object>('added', { partition: ['id'], kind: 'plain' });
  const tables = [...contractTables, added];
  const applied = await Promise.all([1, 2, 3].map(() => migrateCassandra({ ...engine, keyspace, tables })));
  assert.deepEqual(applied.flat(), ['table added']);
  assert.ok((await serving.records.commit(following(write.put(marks, ['m', 'd', '1'], {})))).ok);
  const newer = await openTestStore({ ...space, tables });
  assert.ok((await newer.records.commit(following(write.put(added, ['1'], {})))).ok);
  assert.ok(await newer.records.get(added, ['1']));
  const changed = defineTable<object>('added', { partition: ['id', 'more'], kind: 'plain' });
  await assert.rejects(migrateCassandra({ ...engine, keyspace, tables: [changed] }), /another form/);
  await serving.close();
  await newer.close();
});

test('the log is read back in order, committed entries only, across buckets', async () => {
  await space.clear();
  const clock = manualClock();
  const store = await openTestStore(space, { clock });
  assert.equal(store.head(), 0);
  assert.deepEqual(await store.readAfter(0, 10), []);
  const append = async (...ns: number[]) => {
    const hints = ns.map((n) => ({ kind: 'k', key: 'ünï 😀', data: { n } }));
    const result = await store.records.commit({ ...following(write.put(marks, ['m', 'd', '1'], {})), hints });
    assert.ok(result.ok);
    return result.position;
  };
  const numbers = async (after: number, limit: number) =>
    (await store.readAfter(after, limit)).map(({ data }) => data['n']);
  const first = await append(1, 2);
  clock.advance(3_600_000);
  const second = await append(3);
  clock.advance(86_400_000);
  await Promise.all(Array.from({ length: 50 }, (_, i) => append(4 + i)));
  assert.deepEqual(await numbers(0, 10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.deepEqual(await numbers(0, 1), [1]);
  assert.deepEqual(await numbers(first, 2), [3, 4]);
  assert.deepEqual(
    await numbers(second, 1000),
    Array.from({ length: 50 }, (_, i) => 4 + i),
  );
  assert.deepEqual(await numbers(store.head(), 10), []);
  const [entry] = await store.readAfter(second - 1, 1);
  assert.deepEqual(entry, {
    position: second,
    atMs: clock.nowMs() - 86_400_000,
    kind: 'k',
    key: 'ünï 😀',
    data: { n: 3 },
  });
  assert.ok(
    (await store.records.commit({ decide: [write.insert(things, ['a', 'b'], {})], hints: [hint('in')] })).ok,
  );
  const refused = { decide: [write.insert(things, ['a', 'b'], {})], hints: [hint('refused')] };
  assert.equal((await store.records.commit(refused)).ok, false);
  const keys = (await store.readAfter(0, 1000)).map(({ key }) => key);
  assert.ok(keys.includes('in') && !keys.includes('refused'));
  const head = store.head();
  await store.close();
  const reopened = await openTestStore(space, { clock });
  assert.ok(idToNumber(reopened.lastId()!) >= head);
  await reopened.close();
});

test('hints wait while the log is away, hold up nothing else, and come when it is back', async () => {
  await space.clear();
  let isAway = true;
  const told: unknown[] = [];
  const store = await openTestStore(space, {
    publish: async (entries) => {
      if (isAway) throw new Error('away');
      told.push(...entries.map(({ data }) => data['n']));
    },
  });
  for (let n = 0; n < 5; n++) {
    const then = [write.add(counts, ['a', 'b'], { n: 1 })];
    assert.ok(
      (await store.records.commit({ decide: [], then, hints: [{ kind: 'k', key: 'k', data: { n } }] })).ok,
    );
  }
  await store.idle();
  await store.sweep.once({ graceMs: 0 });
  assert.deepEqual(told, []);
  assert.equal(store.stats().unsettled, 0, 'what they changed is settled, so counters may be folded');
  isAway = false;
  await store.sweep.once({ graceMs: 0 });
  assert.deepEqual(told, [0, 1, 2, 3, 4]);
  await store.sweep.once({ graceMs: 0 });
  assert.equal(told.length, 5);
  await store.close();
});

test('hints that the log missed while everything else went on come when it is back', async () => {
  await space.clear();
  const away = async () => {
    throw new Error('away');
  };
  const writer = await openTestStore(space, { publish: away });
  for (let n = 0; n < 3; n++) {
    assert.ok((await writer.records.commit(following(write.put(marks, ['m', 'd', `${n}`], {})))).ok);
  }
  await writer.close();
  let isAway = true;
  let told = 0;
  const publish = async (entries: unknown[]) => {
    if (isAway) throw new Error('away');
    told += entries.length;
  };
  const sweeper = await openTestStore(space, { clock: ahead(120_000), publish });
  for (let i = 0; i < 8; i++) await sweeper.sweep.once({ graceMs: 0 });
  isAway = false;
  for (let i = 0; i < 7; i++) await sweeper.sweep.once({ graceMs: 0 });
  assert.equal(told, 3);
  await sweeper.close();
});

test('a sweep that gives every commit its time still publishes what the log missed', async () => {
  await space.clear();
  const away = async () => {
    throw new Error('away');
  };
  const writer = await openTestStore(space, { publish: away });
  assert.ok((await writer.records.commit(following(write.put(marks, ['m', 'd', '1'], {})))).ok);
  await writer.close();
  // Half a minute later everything is settled, and a sweep goes on from there.
  const sweeper = await openTestStore(space, { clock: ahead(60_000) });
  await sweeper.sweep.once();
  assert.equal(sweeper.published.length, 1);
  await sweeper.sweep.once();
  assert.equal(sweeper.published.length, 1);
  await sweeper.close();
});

test('old deltas are folded and removed, old markers forgotten, and nothing else changes', async () => {
  await space.clear();
  const store = await openTestStore(space, { deltasMin: 20 });
  const add = async (count: number, aheadMs: number) => {
    const writer = await openTestStore(space, { clock: ahead(aheadMs) });
    const one = following(write.add(counts, ['a', 'b'], { n: 1 }));
    await Promise.all(Array.from({ length: count }, () => writer.records.commit(one)));
    await writer.close();
  };
  await add(50, 0);
  for (let i = 0; i < 3; i++) {
    assert.ok(
      (await store.records.commit({ decide: [write.insert(things, ['a', `${i}`], {})], hints: [hint()] })).ok,
    );
  }
  await store.idle();
  const deltas = async () =>
    (await space.cql("SELECT tx FROM counts WHERE owner = 'a' AND what = 'b'")).length;
  const total = async () => (await store.records.get(counts, ['a', 'b']))?.value['n'];
  for (const [round, expected] of [
    [1, 51],
    [2, 1 + 30],
  ] as const) {
    const later = await openTestStore(space, {
      clock: { ...ahead(round * 60_000), random: () => 0 },
      deltasMin: 20,
    });
    await later.sweep.once({ graceMs: 0 });
    assert.equal((await later.records.get(counts, ['a', 'b']))?.value['n'], round === 1 ? 50 : 80);
    await later.idle();
    assert.equal(later.stats().folds, 1);
    assert.equal(await deltas(), expected);
    if (round === 1) await add(30, 60_000);
    await later.close();
  }
  assert.equal(await total(), 80);
  const remover = await openTestStore(space, { clock: ahead(120_000) });
  await remover.records.commit(following(write.remove(counts, ['a', 'b'])));
  await remover.close();
  assert.equal(await total(), undefined);

  const markers = async () =>
    (await space.cql("SELECT key FROM decided WHERE partition = 'a' AND family = '!commit'")).length;
  assert.equal(await markers(), 3);
  const muchLater = await openTestStore(space, { clock: { ...ahead(7_200_000), random: () => 0 } });
  await muchLater.sweep.once({ graceMs: 0 });
  const last = { decide: [write.insert(things, ['a', 'last'], {})], hints: [hint()] };
  assert.ok((await muchLater.records.commit(last)).ok);
  await muchLater.close();
  assert.equal(await markers(), 1);
  assert.equal((await store.records.list(things, ['a'], { limit: 10 })).length, 4);
  await store.close();
});

test('an unreachable engine is said to be so, and too many commits are refused at once', async () => {
  const store = await openTestStore(space, { waitingMax: 3 });
  assert.equal(await store.ping(), undefined);
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, (_, i) =>
      store.records.commit({ decide: [write.insert(names, [`n${i}`], {})], hints: [hint()] }),
    ),
  );
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'rejected'],
  );
  assert.equal(store.stats().refusedBusy, 2);
  await store.close();
  assert.ok(await store.ping());
  await assert.rejects(store.records.commit(following(write.put(marks, ['m', 'd', '1'], {}))), {
    kind: 'closed',
  });
});

test('a process whose clock is far off says so and writes nothing', async () => {
  const store = await openTestStore(space, { clock: ahead(-60_000), sweeps: true, sweepIntervalMs: 5 });
  while (Math.abs(store.stats().clockSkewMs) < 50_000) await new Promise((resolve) => setImmediate(resolve));
  assert.match((await store.ping())!, /clock/);
  await assert.rejects(store.records.commit(following(write.put(marks, ['m', 'd', '1'], {}))), /clock/);
  await store.close();
});

test('what the usual commits and reads cost', async () => {
  const store = await openTestStore(space, { ids: createIdSource({ nowMs: systemClock.nowMs, node: 200 }) });
  const { records } = store;
  await records.commit(following(write.put(marks, ['m', 'd', 'warm'], {})));
  const cost = async (work: () => Promise<unknown>) => {
    await store.idle();
    const before = store.stats().statements;
    await work();
    await store.idle();
    const after = Object.entries(store.stats().statements);
    return Object.fromEntries(
      after.map(([kind, n]) => [kind, n - (before[kind] ?? 0)]).filter(([, n]) => n !== 0),
    );
  };
  const put = write.put(marks, ['m', 'd', '1'], {});
  assert.deepEqual(await cost(() => records.commit(following(put))), { outbox: 1, then: 1, mark: 1 });
  // The marker is one of the statements of the batch that decides.
  const claims = [write.insert(names, ['me'], {})];
  const insert = (thing: string, owner = 'me') => [write.insert(things, [owner, thing], {})];
  const decided = { outbox: 1, decide: 2, mark: 1 };
  assert.deepEqual(await cost(() => records.commit({ decide: insert('1'), hints: [hint()] })), decided);
  assert.deepEqual(
    await cost(() => records.commit({ claims, decide: insert('2'), hints: [hint()] })),
    { ...decided, decide: 3 },
    'a claim in the deciding partition joins the decision',
  );
  const apart = [write.insert(names, ['elsewhere'], {})];
  assert.deepEqual(
    await cost(() => records.commit({ claims: apart, decide: insert('3'), then: [put], hints: [hint()] })),
    { ...decided, claim: 1, confirm: 1, then: 1 },
  );
  assert.deepEqual(
    await cost(() => records.commit({ decide: insert('1'), hints: [hint()] })),
    decided,
    'refused',
  );
  assert.deepEqual(await cost(() => records.get(names, ['me'])), { read: 1 });
  assert.deepEqual(await cost(() => records.list(things, ['me'], { limit: 10 })), { read: 1 });
  const keys = ['1', '2', '3', 'none'].map((thing) => ['me', thing]);
  assert.deepEqual(await cost(() => records.getMany(things, keys)), { read: 1 }, 'one partition, one read');
  await store.close();
});
