import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { engine, openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { createIdSource, idFromNumber } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { counts, following, hint, marks, names, things } from '../../ports/records/contract-store.ts';
import { type Row, type Table, type Write, write } from '../../ports/records/records.ts';
import { leaseNode } from './node-lease.ts';
import { openTakeOver, takeOverMark } from './take-over.ts';

const space = await testKeyspace();
const { keyspace, tables } = space;
const openImport = () => openTakeOver({ ...engine, keyspace, tables, clock: systemClock });
const deciding = (...decide: Write[]) => ({ decide, hints: [hint()] });

beforeEach(() => space.clear());

const imported: [Table<object>, Row<object>[]][] = [
  [
    things,
    [
      { key: ['a', '1'], value: { text: 'ünï 😀' }, version: 7 },
      { key: ['a', '2'], value: { text: 'x'.repeat(9000) }, version: 1 },
      ...Array.from({ length: 100 }, (_, i) => ({ key: ['many', `${i}`], value: { i }, version: 1 })),
    ],
  ],
  [names, [{ key: [''], value: {}, version: 2 }]],
  [marks, [{ key: ['', 'd', ''], value: { list: [1, null] }, version: 1 }]],
  [counts, [{ key: ['a', 'likes'], value: { n: 40, m: -2 }, version: 1 }]],
];

test('what is put is found as it is, by key, in lists and by reading everything', async () => {
  const over = await openImport();
  assert.deepEqual(await over.traces(), []);
  for (const [table, rows] of imported) await over.put(table, rows);
  assert.deepEqual(await over.traces(), ['counts', 'decided', 'marks']);
  const { records, close } = await openTestStore(space);
  for (const [table, rows] of imported) {
    for (const row of rows.slice(0, 3)) assert.deepEqual(await records.get(table, row.key), row);
  }
  assert.equal((await records.list(things, ['many'], { limit: 1000 })).length, 100);
  const seen = new Map<string, Row<object>[]>();
  await over.eachPage((table, rows) =>
    seen.set(table.name, [...(seen.get(table.name) ?? []), ...rows.map((row) => ({ ...row }))]),
  );
  const sorted = (rows: readonly Row<object>[] = []) => rows.map((row) => JSON.stringify(row)).sort();
  for (const [table, rows] of imported) {
    const found = seen.get(table.name)!.map(({ key, value, version }) => ({ key, value, version }));
    assert.deepEqual(sorted(found), sorted(rows), table.name);
  }
  await close();
  await over.close();
});

test('commits go on from imported rows, and a late import statement changes nothing', async () => {
  const over = await openImport();
  for (const [table, rows] of imported) await over.put(table, rows);
  // The clock of a process that commits may be far behind that of whoever imported.
  const clock = { ...systemClock, nowMs: () => systemClock.nowMs() - 7_000 };
  const { records, close } = await openTestStore(space, { clock, deltasMin: 2 });
  const taken = await records.commit(deciding(write.insert(things, ['a', '1'], {})));
  assert.equal(taken.ok, false, 'an imported row stands');
  assert.equal((await records.commit(deciding(write.replace(things, ['a', '1'], {}, 6)))).ok, false);
  assert.ok((await records.commit(deciding(write.replace(things, ['a', '1'], { new: 1 }, 7)))).ok);
  assert.ok((await records.commit(deciding(write.remove(things, ['a', '2'], 1)))).ok);
  const claims = [write.insert(names, [''], {})];
  const claimed = await records.commit({
    claims,
    decide: [write.insert(things, ['b', '1'], {})],
    hints: [hint()],
  });
  assert.equal(claimed.ok, false, 'an imported claim stands');
  await records.commit(following(write.put(marks, ['', 'd', ''], { later: true })));
  await records.commit(following(write.add(counts, ['a', 'likes'], { n: 2 })));
  const expect = async (why: string) => {
    assert.deepEqual(
      await records.get(things, ['a', '1']),
      { key: ['a', '1'], value: { new: 1 }, version: 8 },
      why,
    );
    assert.equal(await records.get(things, ['a', '2']), undefined, why);
    assert.deepEqual((await records.get(marks, ['', 'd', '']))?.value, { later: true }, why);
    assert.deepEqual((await records.get(counts, ['a', 'likes']))?.value, { n: 42, m: -2 }, why);
  };
  await expect('after commits');
  for (const [table, rows] of imported) await over.put(table, rows);
  await expect('after the import came again');
  assert.ok((await records.commit(deciding(write.insert(things, ['a', '2'], { again: 1 })))).ok);
  await records.commit(following(write.remove(marks, ['', 'd', '']), write.remove(counts, ['a', 'likes'])));
  for (const [table, rows] of imported) await over.put(table, rows);
  assert.deepEqual((await records.get(things, ['a', '2']))?.value, { again: 1 });
  assert.equal(await records.get(marks, ['', 'd', '']), undefined);
  assert.equal(await records.get(counts, ['a', 'likes']), undefined);
  await close();
  await over.close();
});

test('additions to an imported total are folded into it', async () => {
  const over = await openImport();
  await over.put(counts, [{ key: ['a', 'likes'], value: { n: 40 }, version: 1 }]);
  const store = await openTestStore(space);
  for (let i = 0; i < 10; i++)
    await store.records.commit(following(write.add(counts, ['a', 'likes'], { n: 1 })));
  await store.close();
  const later = { ...systemClock, nowMs: () => systemClock.nowMs() + 60_000, random: () => 0 };
  for (const round of [1, 2]) {
    const ids = createIdSource({ nowMs: () => later.nowMs() + round * 60_000, node: 9 });
    const folding = await openTestStore(space, {
      clock: { ...later, nowMs: () => systemClock.nowMs() + round * 120_000 },
      deltasMin: 1,
      ids,
    });
    await folding.sweep.once({ graceMs: 0 });
    assert.equal((await folding.records.get(counts, ['a', 'likes']))?.value['n'], 39 + round + 10);
    await folding.idle();
    assert.equal((await folding.records.get(counts, ['a', 'likes']))?.value['n'], 39 + round + 10);
    assert.equal(folding.stats().folds, 1);
    await folding.records.commit(following(write.add(counts, ['a', 'likes'], { n: 1 })));
    await folding.close();
  }
  await over.close();
});

test('of two who set the mark one is told, and ids go on above those of the other store', async () => {
  const [one, other] = [await openImport(), await openImport()];
  assert.equal(await one.mark(), undefined);
  await one.setMark(undefined, 'a');
  await assert.rejects(other.setMark(undefined, 'b'), /Somebody else/);
  await other.setMark('a', 'b');
  await assert.rejects(one.setMark('a', 'c'), /Somebody else/);
  assert.equal(await takeOverMark({ ...engine, keyspace, clock: systemClock }), 'b');
  await other.setMark('b', undefined);
  assert.equal(await one.mark(), undefined);

  const newest = idFromNumber(2 ** 50);
  await one.continueIdsAfter(newest);
  await one.continueIdsAfter(idFromNumber(5));
  assert.equal(await one.processes(), 0);
  const lease = await leaseNode({
    ...engine,
    keyspace,
    clock: systemClock,
    newest: () => undefined,
    onLost: assert.fail,
  });
  assert.deepEqual([lease.node, lease.after], [0, newest]);
  assert.equal(await one.processes(), 1);
  await lease.release();
  await one.close();
  await other.close();
});
