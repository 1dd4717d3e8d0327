/**
 * The program that `self-test.ts` cuts the power of: writes numbered rows and says on its output which are safe,
 * which is true only as far as its way of writing keeps the promise.
 *
 *     node ack-writer.ts FOLDER sqlite:FULL | sqlite:OFF | file:synced | file:unsynced | blobs:disk
 */
import { fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { blobNameOf, blobText, openBlobs } from './blob-rows.ts';

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

/** Some at once, in shared and in new folders, beside deletions that take folders away and uploads in parts. */
async function writeBlobs(): Promise<void> {
  const blobs = await openBlobs(folder);
  const options = { type: 'text/plain' };
  for (let n = 1; ; n += 4) {
    const [a, b, c, d] = [n, n + 1, n + 2, n + 3].map((each) => Buffer.from(blobText(each)));
    const inParts = async () => {
      const upload = await blobs.begin(blobNameOf(n + 3), options);
      const part = await blobs.putPart(upload, 1, d!, { sizeBytes: d!.length });
      await blobs.complete(upload, [part], { ifAbsent: true });
    };
    await Promise.all([
      blobs.put(blobNameOf(n), a!, options),
      blobs.put(`passing/${n % 3}/x`, c!, options),
      blobs.put(blobNameOf(n + 1), b!, { ...options, ifAbsent: true }),
      blobs.put(blobNameOf(n + 2), Buffer.from('replaced'), options).then(() => {
        return blobs.put(blobNameOf(n + 2), c!, options);
      }),
      inParts(),
      blobs.delete(`passing/${(n + 1) % 3}/x`),
    ]);
    say(n + 3);
  }
}

const [kind, manner = ''] = way.split(':');
if (kind === 'sqlite') writeRows(manner);
else if (kind === 'blobs') await writeBlobs();
else await writeFiles(manner === 'synced');
