/**
 * The program that `self-test.ts` cuts the power of: writes numbered rows and says on its output which are safe,
 * which is true only as far as its way of writing keeps the promise.
 *
 *     node ack-writer.ts FOLDER sqlite:FULL | sqlite:OFF | file:synced | file:unsynced
 */
import { fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const [folder = '', way = ''] = process.argv.slice(2);

function say(line: number): void {
  writeSync(1, `${line}\n`);
}

function writeRows(synchronous: string): void {
  const database = new DatabaseSync(join(folder, 'rows.db'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=50');
  database.exec(
    `PRAGMA synchronous=${synchronous}; CREATE TABLE IF NOT EXISTS rows (n INTEGER PRIMARY KEY, filling TEXT)`,
  );
  const insert = database.prepare('INSERT INTO rows VALUES (?, ?)');
  for (let n = 1; ; n++) {
    insert.run(n, 'x'.repeat((n * 37) % 900));
    say(n);
  }
}

/** As files are put in place: a temporary file, its sync, the rename, the folder's sync. By promises, so on libuv's threads. */
async function writeFiles(synced: boolean): Promise<void> {
  const target = join(folder, 'files');
  mkdirSync(target, { recursive: true });
  const [above, within] = [openSync(folder, 'r'), openSync(target, 'r')];
  fsyncSync(above);
  for (let n = 1; ; n++) {
    const path = join(target, String(n));
    const file = await open(`${path}.part`, 'w');
    await file.writev([Buffer.from(`${n}:`), Buffer.from('x'.repeat((n * 37) % 9000))]);
    if (synced) await file.datasync();
    await file.close();
    renameSync(`${path}.part`, path);
    if (synced) fsyncSync(within);
    say(n);
  }
}

const [kind, manner = ''] = way.split(':');
if (kind === 'sqlite') writeRows(manner);
else await writeFiles(manner === 'synced');
