import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { following } from '../../ports/records/contract-store.ts';
import { defineTable, type ListOptions, type Records, write } from '../../ports/records/records.ts';

const grown = defineTable<{ n: number }>('grown', {
  partition: ['id'],
  clustering: ['at'],
  kind: 'plain',
  wide: true,
});
const space = await testKeyspace([grown]);
const stretches = { rowsMax: 20, sampleEvery: 1, leadMs: 3000 };
const endMsMax = 60_000;

test('a partition that grows is cut, by however many write to it, and reads as one', async () => {
  const stores = await Promise.all([1, 2].map(() => openTestStore(space, { stretches })));
  const rows = new Map<Id, number>();
  const writer = async (records: Records, until: () => boolean) => {
    const ids = createIdSource({ nowMs: systemClock.nowMs, node: 1 });
    for (let n = 0; !until(); n++) {
      const id = ids.next();
      assert.ok((await records.commit(following(write.put(grown, ['', id], { n })))).ok);
      rows.set(id, n);
      const older = [...rows.keys()][Math.floor(Math.random() * rows.size)]!;
      if (n % 5 === 0) {
        assert.ok((await records.commit(following(write.remove(grown, ['', older])))).ok);
        rows.delete(older);
      } else if (n % 7 === 0 && rows.has(older)) {
        assert.ok((await records.commit(following(write.put(grown, ['', older], { n: -n })))).ok);
        if (rows.has(older)) rows.set(older, -n);
      }
      await delay(5);
    }
  };
  const partitions = async () => (await space.cql('SELECT DISTINCT id FROM grown')).length;
  const startMs = Date.now();
  let found = 0;
  const watching = (async () => {
    for (; found < 4 && Date.now() - startMs < endMsMax; found = await partitions()) await delay(200);
  })();
  const until = () => found >= 4 || Date.now() - startMs > endMsMax;
  // One at a time, so that it is known what stands.
  let turn = 0;
  const either: Records = {
    ...stores[0]!.records,
    commit: (each) => stores[turn++ % 2]!.records.commit(each),
  };
  await Promise.all([writer(either, until), watching]);
  assert.ok(found >= 4, `${found} partitions`);

  const later = await openTestStore(space, { stretches });
  for (const { records } of [...stores, later]) await checkAll(records, rows);
  await Promise.all([...stores, later].map((store) => store.close()));
});

async function checkAll(records: Records, rows: ReadonlyMap<Id, number>): Promise<void> {
  const all = [...rows.keys()].sort();
  const list = async (options: ListOptions) =>
    (await records.list(grown, [''], options)).map(({ key, value }) => {
      assert.equal(value.n, rows.get(key[1]!));
      return key[1]!;
    });
  assert.deepEqual(await list({ limit: 1000 }), all);
  assert.deepEqual(await list({ limit: 1000, reverse: true }), all.toReversed());
  for (let i = 0; i < 100; i++) {
    const [from, to] = [0, 0].map(() => Math.floor(Math.random() * all.length)).sort((a, b) => a - b);
    const [after, before] = [all[from!]!, all[to!]!];
    const limit = 1 + Math.floor(Math.random() * 40);
    const within = all.filter((id) => id > after && id < before);
    assert.deepEqual(await list({ after, before, limit }), within.slice(0, limit));
    const newestFirst = within.toReversed().slice(0, limit);
    assert.deepEqual(await list({ after, before, limit, reverse: true }), newestFirst);
  }
  const keys = all.map((id) => ['', id]);
  assert.deepEqual(
    (await records.getMany(grown, keys)).map((row) => row!.key[1]),
    all,
  );
  const scanned: Id[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor; isFirst = false) {
    const page = await records.scan(grown, { cursor, limit: 7 });
    scanned.push(...page.rows.map(({ key }) => key[1]!));
    cursor = page.next;
  }
  assert.deepEqual(scanned.sort(), all);
}
