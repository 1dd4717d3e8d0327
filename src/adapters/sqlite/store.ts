import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { Records, Table } from '../../ports/records/records.ts';
import { createSqliteLog, type SqliteLog } from './event-log.ts';
import { lockFolder } from './folder-lock.ts';
import { layoutOf } from './layout.ts';
import { runMaintenance } from './maintenance.ts';
import { databaseFile, prepareDatabase, prepareFolder } from './open-database.ts';
import { openReader, type Reader } from './reader.ts';
import { WriterClient, writesMax } from './writer-client.ts';

export interface SqliteStoreOptions {
  /** Made if missing; one process at a time. */
  folder: string;
  /** Every table that will be used. Missing ones are created. */
  tables: readonly Table<object>[];
  clock: Pick<Clock, 'nowMs'>;
  /** The newest id given out; stored with every group of commits, and answered by `lastId` after a restart. */
  highWater?: () => Id | undefined;
  /**
   * The database can no longer be written to safely: the process must end with an error now. Nothing that
   * was not acknowledged may be taken as written or as not written.
   */
  onFatal: (error: Error) => void;
  /** A log handler threw; it is tried again with growing pauses. */
  onHandlerError?: (group: string, error: unknown, attempt: number) => void;
  /** The database grows no further than so many pages of 4 KiB: commits are then refused as `full`. */
  pagesMax?: number;
  /** Commits waiting at one time before more are refused as `unavailable`. */
  waitingMax?: number;
}

export interface SqliteStoreStats {
  commits: number;
  conflicts: number;
  refusedFull: number;
  refusedBusy: number;
  /** Transactions that carried the commits. */
  groups: number;
  waiting: number;
  checkpoints: number;
  checkpointMsMax: number;
  walBytes: number;
  databaseBytes: number;
}

export interface SqliteStore {
  records: Records;
  log: EventLog;
  /** The newest id stored when the store was opened: the id source goes on above it. */
  lastId(): Id | undefined;
  schemaVersion: number;
  /** Writes a compact, checked copy while everything goes on. The file appears when it is whole and on the disk. */
  backup(targetFile: string): Promise<void>;
  /** Reads everything; answers what is wrong, at most 100 lines. Slow. */
  integrity(): Promise<string[]>;
  stats(): SqliteStoreStats;
  /** Ends subscriptions, writes what was issued, releases the folder. */
  close(): Promise<void>;
}

/** Records and event log in one SQLite database. Throws StoreOpenError with one line for the operator. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const folder = resolve(options.folder);
  const layouts = options.tables.map(layoutOf);
  prepareFolder(folder);
  const lock = lockFolder(folder);
  try {
    prepareDatabase(folder, layouts);
    const file = join(folder, databaseFile);
    const reader = openReader(file, new Map(layouts.map((layout) => [layout.name, layout])));
    try {
      return await assemble({ options, file, layouts, reader, release: lock.release });
    } catch (error) {
      reader.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

interface Parts {
  options: SqliteStoreOptions;
  file: string;
  layouts: ReturnType<typeof layoutOf>[];
  reader: Reader;
  release: () => void;
}

async function assemble({ options, file, layouts, reader, release }: Parts): Promise<SqliteStore> {
  const tableNames = layouts.map((layout) => layout.name);
  const lastId = reader.query("SELECT value FROM meta WHERE name = 'last_id'")[0]?.[0] as Id | undefined;
  const schemaVersion = reader.query('PRAGMA user_version')[0]![0] as number;
  const log: SqliteLog = createSqliteLog({
    reader,
    writer: () => writer,
    onHandlerError: options.onHandlerError ?? (() => {}),
  });
  const writer = new WriterClient({
    writer: { file, layouts, pagesMax: options.pagesMax },
    tables: new Map(tableNames.map((name, i) => [name, i])),
    nowMs: options.clock.nowMs,
    lastId: options.highWater ?? (() => undefined),
    answering: reader.endTurn,
    kept: reader.kept,
    committed: log.append,
    groupDone: log.wake,
    onFatal: options.onFatal,
    waitingMax: options.waitingMax,
  });
  await writer.ready();

  let closing: Promise<void> | undefined;
  const close = async () => {
    await log.close();
    // The writer is the last to close, so that its connection tidies up after all others.
    await writer.close(reader.close);
    release();
  };
  const { get, getMany, list, listMany, scan } = reader;
  return {
    records: {
      commitsWhole: true,
      writesMax,
      get,
      getMany,
      list,
      listMany,
      scan,
      commit: (commit) => writer.commit(commit),
    },
    log,
    lastId: () => lastId,
    schemaVersion,
    async backup(targetFile) {
      await runMaintenance({ task: 'backup', file, targetFile });
    },
    integrity: () => runMaintenance({ task: 'integrity', file, tables: tableNames }),
    stats: () => ({ ...writer.stats(), databaseBytes: statSync(file).size }),
    close() {
      closing ??= close();
      return closing;
    },
  };
}
