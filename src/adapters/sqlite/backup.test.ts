import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { counts, hint, things } from '../../ports/records/contract-store.ts';
import { write } from '../../ports/records/records.ts';
import { type Migration, migrate, migrations } from './migrations.ts';
import { prepareDatabase } from './open-database.ts';
import { openTestStore, temporaryFolder, withStore } from './testing.ts';

test('a backup made under writes is one moment of the store, and can be opened in its place', async (t) => {
  const folder = temporaryFolder(t);
  const copy = temporaryFolder(t);
  const target = join(copy, 'kith.db');
  writeFileSync(target, 'an older backup');
  const store = await openTestStore(folder);
  let writing = true;
  const then = [write.add(counts, ['1', 'things'], { n: 1 })];
  const commitOne = (n: number) =>
    store.records.commit({
      decide: [write.insert(things, ['1', `t${n}`], { n, text: 'x'.repeat(500) })],
      then,
      hints: [hint()],
    });
  let written = 0;
  for (let i = 0; i < 300; i++) await commitOne(written++);
  const writer = (async () => {
    while (writing) await commitOne(written++);
  })();
  await store.backup(target);
  writing = false;
  await writer;
  await store.close();
  assert.deepEqual(readdirSync(copy), ['kith.db']);
  await withStore(copy, async ({ records, log, integrity }) => {
    let rows = 0;
    let cursor: string | undefined;
    do {
      const page = await records.scan(things, { cursor, limit: 1000 });
      rows += page.rows.length;
      cursor = page.next;
    } while (cursor !== undefined);
    assert.ok(rows >= 300 && rows <= written);
    assert.deepEqual((await records.get(counts, ['1', 'things']))?.value, { n: rows });
    assert.equal(log.head(), rows);
    assert.deepEqual(await integrity(), []);
  });
});

test('a backup that cannot be written fails and leaves no partial file', async (t) => {
  const folder = temporaryFolder(t);
  await withStore(folder, async ({ backup, records }) => {
    await assert.rejects(backup(join(folder, 'nowhere', 'backup.db')));
    assert.equal(await records.get(things, ['a', 'b']), undefined);
  });
});

test('migrations run once each, and a backup is made before one that changes what is there', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'kith.db');
  await withStore(folder, ({ records }) =>
    records.commit({ decide: [write.insert(things, ['a', 'b'], {})], hints: [hint()] }),
  );
  const newTable: Migration = { additive: true, run: (db) => db.exec('CREATE TABLE extra (a TEXT) STRICT') };
  prepareDatabase(folder, [], [...migrations, newTable]);
  const saved = join(folder, 'kith-before-layout-3.db');
  assert.ok(!existsSync(saved));
  const rename: Migration = { additive: false, run: (db) => db.exec('ALTER TABLE extra RENAME TO renamed') };
  prepareDatabase(folder, [], [...migrations, newTable, rename]);
  prepareDatabase(folder, [], [...migrations, newTable, rename]);
  const db = new DatabaseSync(file);
  assert.equal(db.prepare('PRAGMA user_version').get()!['user_version'], 3);
  assert.deepEqual(db.prepare('SELECT * FROM renamed').all(), []);
  db.close();
  await assert.rejects(openTestStore(folder), /newer version/);
  copyFileSync(saved, file);
  const restored = new DatabaseSync(file);
  assert.equal(restored.prepare('PRAGMA user_version').get()!['user_version'], 2);
  assert.equal(restored.prepare('SELECT count(*) AS n FROM things').get()!['n'], 1);
  restored.close();
});

test('a migration that fails leaves the version before it, with nothing half done', () => {
  const db = new DatabaseSync(':memory:');
  const failing: Migration = {
    additive: true,
    run: (target) => {
      target.exec('CREATE TABLE half (a)');
      throw new Error('no');
    },
  };
  assert.throws(() => migrate(db, [...migrations, failing], () => assert.fail('needs no backup')), /no/);
  assert.equal(db.prepare('PRAGMA user_version').get()!['user_version'], 1);
  assert.equal(db.prepare("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'half'").get()!['n'], 0);
  db.close();
});
