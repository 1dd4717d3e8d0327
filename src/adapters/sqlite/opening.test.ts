import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { deciding, things } from '../../ports/records/contract-store.ts';
import { write } from '../../ports/records/records.ts';
import { openTestStore, temporaryFolder, withStore } from './testing.ts';

/** The store does not open, says why in one line, and leaves the file as it was. */
async function refuses(folder: string, message: RegExp): Promise<void> {
  const file = join(folder, 'kith.db');
  const before = readFileSync(file);
  await assert.rejects(openTestStore(folder), (error: Error) => {
    assert.equal(error.name, 'StoreOpenError');
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
  assert.ok(before.equals(readFileSync(file)));
}

async function fill(folder: string): Promise<void> {
  await withStore(folder, async ({ records }) => {
    const text = 'x'.repeat(500);
    await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        records.commit(deciding(write.insert(things, ['ann', `t${i}`], { text }))),
      ),
    );
  });
}

test('a folder that cannot be made or written to', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'file'), '');
  for (const path of [join(folder, 'file'), join(folder, 'file', 'below'), '/proc/none']) {
    await assert.rejects(openTestStore(path), {
      name: 'StoreOpenError',
      message: /^The data folder .* cannot be written to: E[^\n]*$/,
    });
  }
});

test('a file that is no database, or another program’s', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'kith.db'), 'Dear diary,\n'.repeat(500));
  await refuses(folder, /is not a database/);
  const other = temporaryFolder(t);
  const db = new DatabaseSync(join(other, 'kith.db'));
  db.exec('CREATE TABLE theirs (a)');
  db.close();
  await refuses(other, /of another program/);
});

test('an empty file, as an interrupted first start leaves, is begun anew', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'kith.db'), '');
  await fill(folder);
  await withStore(folder, async ({ records }) => assert.ok(await records.get(things, ['ann', 't1'])));
});

test('a database of a newer version', async (t) => {
  const folder = temporaryFolder(t);
  await fill(folder);
  const db = new DatabaseSync(join(folder, 'kith.db'));
  db.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
  db.close();
  await refuses(folder, /newer version \(layout 99; this version knows 1\)/);
});

test('a damaged page', async (t) => {
  const folder = temporaryFolder(t);
  await fill(folder);
  const file = join(folder, 'kith.db');
  const pages = statSync(file).size / 4096;
  for (const page of [1, Math.floor(pages / 2), pages - 1]) {
    const sound = readFileSync(file);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096);
    closeSync(handle);
    await refuses(folder, /is damaged: .*Restore a backup/);
    writeFileSync(file, sound);
  }
  await withStore(folder, async ({ records }) => assert.ok(await records.get(things, ['ann', 't1'])));
});

test('a database cut short', async (t) => {
  const folder = temporaryFolder(t);
  await fill(folder);
  const file = join(folder, 'kith.db');
  writeFileSync(file, readFileSync(file).subarray(0, 8 * 4096));
  await refuses(folder, /is damaged/);
});

test('a second opening, in this process or another, is refused while the first goes on', async (t) => {
  const folder = temporaryFolder(t);
  const store = await openTestStore(folder);
  await assert.rejects(openTestStore(folder), /The data folder .* is in use by another process\.$/);
  const child = new URL('./open-child.ts', import.meta.url).pathname;
  const second = () => spawnSync(process.execPath, [child, folder], { encoding: 'utf8' });
  const refused = second();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /is in use by another process/);
  assert.ok((await store.records.commit(deciding(write.insert(things, ['ann', 'a'], {})))).ok);
  await store.close();
  assert.equal(second().status, 0);
  await withStore(folder, async ({ records }) => assert.ok(await records.get(things, ['ann', 'a'])));
});
