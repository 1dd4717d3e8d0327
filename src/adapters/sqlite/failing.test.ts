import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { counts, deciding, following, marks, things } from '../../ports/records/contract-store.ts';
import { RecordsError, write } from '../../ports/records/records.ts';
import { failureKind } from './failures.ts';
import { openTestStore, temporaryFolder, withStore } from './testing.ts';

test('a full disk refuses writes whole, serves reads, and takes writes again when there is space', async (t) => {
  const folder = temporaryFolder(t);
  const store = await openTestStore(folder, { pagesMax: 120 });
  const { records, log } = store;
  const text = 'x'.repeat(20_000);
  const rows: string[] = [];
  const insert = (thing: string) => records.commit(deciding(write.insert(things, ['ann', thing], { text })));
  const refused = async (promise: Promise<unknown>) =>
    assert.rejects(promise, (error) => error instanceof RecordsError && error.kind === 'full');
  for (;;) {
    const thing = `t${rows.length}`;
    const result = await insert(thing).catch((error: RecordsError) => error);
    if (result instanceof Error) {
      assert.equal(result.kind, 'full');
      break;
    }
    rows.push(thing);
  }
  assert.ok(rows.length > 5);
  const head = log.head();
  for (let i = 0; i < 3; i++) await refused(insert('again'));
  assert.equal(log.head(), head);
  assert.equal(await records.get(things, ['ann', 'again']), undefined);
  assert.equal((await records.list(things, ['ann'], { limit: 1000 })).length, rows.length);
  for (const thing of rows.splice(0, 3))
    assert.ok((await records.commit(deciding(write.remove(things, ['ann', thing], 1)))).ok);
  assert.ok((await insert('again')).ok);
  assert.ok(store.stats().refusedFull >= 4);
  await store.close();
  await withStore(folder, async ({ records: reopened, integrity }) => {
    assert.equal((await reopened.list(things, ['ann'], { limit: 1000 })).length, rows.length + 1);
    assert.deepEqual(await integrity(), []);
  });
});

test('more commits than may wait are refused as unavailable, and those that waited succeed', async (t) => {
  await withStore(
    temporaryFolder(t),
    async ({ records, stats }) => {
      const results = await Promise.allSettled(
        Array.from({ length: 1000 }, (_, i) =>
          records.commit(following(write.put(marks, ['m', 'd', `${i}`], {}))),
        ),
      );
      for (const [i, result] of results.entries()) {
        assert.equal(result.status, i < 600 ? 'fulfilled' : 'rejected');
        if (result.status === 'rejected') assert.equal((result.reason as RecordsError).kind, 'unavailable');
      }
      assert.equal(stats().refusedBusy, 400);
      assert.ok((await records.commit(following(write.put(marks, ['m', 'd', 'after'], {})))).ok);
      assert.equal(stats().waiting, 0);
    },
    { waitingMax: 600 },
  );
});

test('a row that cannot be read refuses its commit and leaves the neighbours alone', async (t) => {
  const folder = temporaryFolder(t);
  await withStore(folder, ({ records }) =>
    records.commit(following(write.add(counts, ['a', 'b'], { n: 1 }))),
  );
  const db = new DatabaseSync(join(folder, 'kith.db'));
  db.exec("UPDATE counts SET value = '{'");
  db.close();
  await withStore(folder, async ({ records, integrity, log }) => {
    const head = log.head();
    const results = await Promise.allSettled([
      records.commit(following(write.put(marks, ['m', 'd', '1'], {}))),
      records.commit(
        following(write.put(marks, ['m', 'd', '2'], {}), write.add(counts, ['a', 'b'], { n: 1 })),
      ),
      records.commit(following(write.put(marks, ['m', 'd', '3'], {}))),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const rows = await records.list(marks, ['m'], { limit: 10 });
    assert.deepEqual(
      rows.map((row) => row.key[2]),
      ['1', '3'],
    );
    assert.equal(log.head(), head + 2);
    await assert.rejects(records.get(counts, ['a', 'b']), { kind: 'unavailable' });
    assert.deepEqual(await integrity(), ['counts: 1 rows are not readable']);
  });
});

test('a write error of the disk ends the process, and what was acknowledged is there', {
  skip: process.platform === 'win32',
}, async (t) => {
  const folder = temporaryFolder(t);
  await withStore(folder, async () => {});
  const child = new URL('./write-until-killed.ts', import.meta.url).pathname;
  // Files cannot grow past a megabyte: an error of the operating system that is not "no space".
  const limited = ['-c', 'ulimit -f 2048; exec "$0" "$@"', process.execPath, child, folder, '0'];
  const { status, stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' });
  assert.equal(status, 70, stderr);
  assert.match(stderr, /^The database can no longer be written to safely: disk I\/O error/);
  const acknowledged = [...stdout.matchAll(/^a (\d+)$/gm)].map((match) => match[1]!);
  assert.ok(acknowledged.length > 0);
  await withStore(folder, async ({ records, integrity }) => {
    for (const n of acknowledged) assert.ok(await records.get(things, ['0', n]), n);
    assert.deepEqual(await integrity(), []);
  });
});

test('errors are sorted by what must follow', () => {
  const kind = (errcode: number) => failureKind(Object.assign(new Error('x'), { errcode }));
  assert.equal(kind(13), 'full');
  assert.equal(kind(4874), 'full');
  for (const code of [10, 1034, 778, 11, 267, 26, 7, 8, 14]) assert.equal(kind(code), 'fatal', `${code}`);
  for (const code of [5, 6, 18, 19, 261]) assert.equal(kind(code), 'refused', `${code}`);
  assert.equal(failureKind(new TypeError('a bug')), 'fatal');
});
