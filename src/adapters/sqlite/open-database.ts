import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { backUpTo, fsyncPath } from './backup.ts';
import { describe, isDamage, StoreOpenError } from './failures.ts';
import { createTableSql, type TableLayout } from './layout.ts';
import { layoutVersionOf, type Migration, migrate, migrations } from './migrations.ts';

export const databaseFile = 'kith.db';
/** "Kith" in ASCII, in the database's header. */
const applicationId = 0x4b697468;
/** Larger databases are not read through at every start; the operator's check does that. */
const checkedBytesMax = 256 * 1024 * 1024;
const headerText = 'SQLite format 3\0';

/** Makes the folder, and says in one line why it cannot be written to. */
export function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    for (const suffix of ['', '-wal', '-shm']) {
      const file = join(folder, databaseFile + suffix);
      if (existsSync(file)) accessSync(file, constants.R_OK | constants.W_OK);
    }
  } catch (error) {
    throw new StoreOpenError(`The data folder ${folder} cannot be written to: ${describe(error)}.`, {
      cause: error,
    });
  }
}

/** Node's own recursive form never returns where a file system answers "no such entry" to it, as /proc does. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/**
 * Checks the database in a folder, brings it to this program's layout, creates missing tables, and closes it
 * again: reader and writer then open what is known to be sound. The folder is locked by the caller.
 */
export function prepareDatabase(
  folder: string,
  tables: readonly TableLayout[],
  steps: readonly Migration[] = migrations,
): void {
  const file = join(folder, databaseFile);
  const isNew = !existsSync(file) || statSync(file).size === 0;
  if (!isNew) checkHeader(file);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(file);
    if (!isNew) checkSound(db, file, steps.length);
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;
      PRAGMA application_id = ${applicationId}`);
    const open = db;
    migrate(db, steps, (from) => backUpTo(open, join(folder, `kith-before-layout-${from + 1}.db`)));
    for (const table of tables) createTable(db, table);
  } catch (error) {
    if (error instanceof StoreOpenError) throw error;
    if (isDamage(error)) throw damaged(file, describe(error));
    throw new StoreOpenError(`The database ${file} cannot be opened: ${describe(error)}.`, { cause: error });
  } finally {
    db?.close();
  }
  if (isNew) {
    fsyncPath(folder);
    fsyncPath(dirname(folder));
  }
}

function checkHeader(file: string): void {
  const header = Buffer.alloc(headerText.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, header);
  } finally {
    closeSync(handle);
  }
  if (header.toString('latin1') !== headerText) throw new StoreOpenError(`${file} is not a database.`);
}

function checkSound(db: DatabaseSync, file: string, knownVersion: number): void {
  const id = db.prepare('PRAGMA application_id').get()!['application_id'];
  const version = layoutVersionOf(db);
  const empty = db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
  if (!empty && id !== applicationId) throw new StoreOpenError(`${file} is a database of another program.`);
  if (version > knownVersion) {
    throw new StoreOpenError(
      `${file} was written by a newer version (layout ${version}; this version knows ${knownVersion}). Run that version, or restore a backup made before the upgrade.`,
    );
  }
  if (statSync(file).size > checkedBytesMax) return;
  const result = db.prepare('PRAGMA quick_check(1)').get()!['quick_check'];
  if (result !== 'ok') throw damaged(file, String(result));
}

const damaged = (file: string, problem: string) =>
  new StoreOpenError(
    `The database ${file} is damaged: ${problem.replace(/\s+/g, ' ').trim()}. Restore a backup.`,
  );

function createTable(db: DatabaseSync, table: TableLayout): void {
  db.exec(createTableSql(table));
  const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(table.name);
  const found = columns.map((column) => column['name']).join(', ');
  const expected = [...table.parts, 'value', 'version'].join(', ');
  if (found !== expected) {
    throw new StoreOpenError(`The table ${table.name} has the columns ${found} instead of ${expected}.`);
  }
}
