import { closeSync, openSync, readdirSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BrokenPromise } from './api-client.ts';
import { copyFolder } from './disk-folder.ts';

/** Checks every SQLite file of a data folder, on a copy: opening one would already mend it. */
export function checkDatabases(folder: string, copy: string): void {
  rmSync(copy, { recursive: true, force: true });
  copyFolder(folder, copy);
  const names = readdirSync(copy, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((each) => isDatabase(join(copy, each)))) {
    using database = new DatabaseSync(join(copy, name));
    const found = database.prepare('PRAGMA integrity_check').all();
    if (found.length !== 1 || found[0]!['integrity_check'] !== 'ok')
      throw new BrokenPromise(`${name} fails its integrity check: ${JSON.stringify(found).slice(0, 500)}`);
  }
  rmSync(copy, { recursive: true, force: true });
}

export function isDatabase(path: string): boolean {
  if (!statSync(path).isFile()) return false;
  const start = Buffer.alloc(16);
  const file = openSync(path, 'r');
  readSync(file, start);
  closeSync(file);
  return start.toString('latin1') === 'SQLite format 3\0';
}
