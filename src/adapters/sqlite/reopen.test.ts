import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createIdSource } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { counts, deciding, following, hint, marks, things } from '../../ports/records/contract-store.ts';
import { defineTable, write } from '../../ports/records/records.ts';
import { openTestStore, temporaryFolder, withStore } from './testing.ts';

test('rows, counters and log are there after closing and opening', async (t) => {
  const folder = temporaryFolder(t);
  const head = await withStore(folder, async ({ records, log }) => {
    await records.commit(deciding(write.insert(things, ['ann', 'ä'], { n: 1 })));
    await records.commit(following(write.add(counts, ['ann', 'all'], { things: 1 })));
    return log.head();
  });
  assert.ok(!existsSync(join(folder, 'kith.db-wal')));
  await withStore(folder, async ({ records, log }) => {
    assert.deepEqual((await records.get(things, ['ann', 'ä']))?.value, { n: 1 });
    assert.deepEqual((await records.get(counts, ['ann', 'all']))?.value, { things: 1 });
    assert.equal(log.head(), head);
    assert.equal((await log.read(0, 10)).length, 2);
  });
});

test('the newest id given out is kept with the commits, whether or not a row carries it', async (t) => {
  const folder = temporaryFolder(t);
  let clockMs = Date.UTC(2026, 5, 1);
  const ids = createIdSource({ nowMs: () => clockMs });
  const options = { highWater: () => ids.last() };
  const given = await withStore(
    folder,
    async (store) => {
      assert.equal(store.lastId(), undefined);
      await store.records.commit(deciding(write.insert(things, ['ann', 'before any id'], {})));
      const id = ids.next();
      await store.records.commit(deciding(write.insert(things, ['ann', id], {})));
      const unused = ids.next();
      await store.records.commit(deciding(write.insert(things, ['ann', 'other'], {})));
      return unused;
    },
    options,
  );
  await withStore(folder, async (store) => {
    assert.equal(store.lastId(), given);
    clockMs -= 60_000;
    assert.ok(createIdSource({ nowMs: () => clockMs, after: store.lastId() }).next() > given);
  });
});

test('a group goes on after the last batch it handled, from the disk where memory does not reach', async (t) => {
  const folder = temporaryFolder(t);
  const seen: number[] = [];
  const handle = async (entries: readonly LogEntry[]) => {
    seen.push(...entries.map((entry) => entry.data['n'] as number));
  };
  for (let round = 0; round < 3; round++) {
    await withStore(folder, async ({ records, log }) => {
      const subscription = await log.subscribe({ group: 'g', start: 'stored', batchMax: 50, handle });
      if (round === 2) await subscription.close();
      const one = (n: number) => ({
        ...following(write.put(marks, ['m', 'd', 'm'], { n })),
        hints: [hint('k', { n })],
      });
      await Promise.all(Array.from({ length: 400 }, (_, i) => records.commit(one(round * 400 + i))));
      if (round < 2) await subscription.caughtUp();
    });
  }
  await withStore(folder, async ({ log }) => {
    const subscription = await log.subscribe({ group: 'g', start: 'stored', batchMax: 50, handle });
    assert.equal(subscription.lag(), 400);
    await subscription.caughtUp();
  });
  assert.deepEqual(
    seen,
    Array.from({ length: 1200 }, (_, i) => i),
  );
});

test('positions are not given twice, even after trimming all that can be and opening anew', async (t) => {
  const folder = temporaryFolder(t);
  const head = await withStore(folder, async ({ records, log }) => {
    for (let i = 0; i < 5; i++) await records.commit(following(write.put(marks, ['m', 'd', `${i}`], {})));
    await log.trim(Number.MAX_SAFE_INTEGER, 1000);
    return log.head();
  });
  await withStore(folder, async ({ records, log }) => {
    assert.equal(log.head(), head);
    const result = await records.commit(following(write.put(marks, ['m', 'd', 'x'], {})));
    assert.ok(result.ok && result.position === head + 1);
  });
});

test('closing carries out what was issued; afterwards everything says that it is closed', async (t) => {
  const store = await openTestStore(temporaryFolder(t));
  const commits = Array.from({ length: 700 }, (_, i) =>
    store.records.commit(deciding(write.insert(things, ['ann', `t${i}`], {}))),
  );
  await Promise.all([store.close(), store.close()]);
  assert.ok((await Promise.all(commits)).every((result) => result.ok));
  const late = store.records.commit(deciding(write.insert(things, ['ann', 'late'], {})));
  await assert.rejects(late, { kind: 'closed' });
  await assert.rejects(store.records.get(things, ['ann', 't1']), { kind: 'closed' });
  await assert.rejects(store.records.list(things, ['ann'], { limit: 1 }), { kind: 'closed' });
  await assert.rejects(store.log.trim(0, 1), { kind: 'closed' });
});

test('a table added by a later version is created; one whose key changed is refused', async (t) => {
  const folder = temporaryFolder(t);
  const added = defineTable<{ n: number }>('added', { partition: ['a'], clustering: ['key', 'order'] });
  await withStore(folder, async () => {});
  await withStore(
    folder,
    async ({ records }) => {
      await records.commit(deciding(write.insert(added, ['1', '2', '3'], { n: 1 })));
      assert.equal((await records.list(added, ['1'], { limit: 1 })).length, 1);
      await assert.rejects(records.get(things, ['ann', 'a']), TypeError);
      await assert.rejects(
        records.commit(deciding(write.insert(things, ['ann', 'a'], {}))),
        /without the table/,
      );
      assert.ok((await records.commit(deciding(write.insert(added, ['1', '2', '4'], { n: 2 })))).ok);
    },
    { tables: [added] },
  );
  const changed = defineTable<{ n: number }>('added', { partition: ['a'], clustering: ['other'] });
  await assert.rejects(openTestStore(folder, { tables: [changed] }), {
    name: 'StoreOpenError',
    message: /The table added has the columns a, key, order, value, version/,
  });
  await withStore(folder, async () => {}, { tables: [added] });
});
