import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { systemClock } from '../../ports/clock/clock.ts';
import { CommitApplier } from './apply-commits.ts';
import { dropUnheldGroups } from './drop-unheld-groups.ts';
import { describe, failureKind } from './failures.ts';
import type { Batch, BatchAnswer, Failed, Trim, TrimAnswer, WriterOptions, WriterStats } from './wire.ts';

const cacheKiB = 64 * 1024;
const pageBytes = 4096;
/** At 16 MiB the log is copied into the database; the rest of it is reused from the beginning. */
const checkpointPages = 4_000;
const walKeptBytesMax = 64 * 1024 * 1024;
/** So long the writer waits for readers to leave the log: the reads of a turn do, a backup does not. */
const restartWaitMs = 50;
const busyTimeoutMs = 5_000;

/** Carries out groups of batches on the write connection. Throws only what must end the process. */
export class Writer {
  #db: DatabaseSync;
  #applier: CommitApplier;
  #begin: StatementSync;
  #commit: StatementSync;
  #measureWal: StatementSync;
  #checkpointAtPages = checkpointPages;
  #stats: WriterStats = { groups: 0, checkpoints: 0, checkpointMsMax: 0, walBytes: 0 };

  constructor({ file, layouts, pagesMax }: WriterOptions) {
    this.#db = new DatabaseSync(file, { timeout: busyTimeoutMs });
    // Checkpoints are made here and not by the engine's own hook, which would swallow their errors.
    this.#db.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = FAST;
      PRAGMA cache_size = -${cacheKiB}; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON;
      PRAGMA journal_size_limit = ${walKeptBytesMax}`);
    if (pagesMax !== undefined) this.#db.exec(`PRAGMA max_page_count = ${pagesMax}`);
    this.#applier = new CommitApplier(this.#db, layouts);
    this.#begin = this.#db.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#db.prepare('COMMIT');
    this.#measureWal = this.#db.prepare('PRAGMA wal_checkpoint(NOOP)');
    this.#measureWal.setReturnArrays(true);
  }

  write(batches: readonly Batch[]): BatchAnswer {
    const group = this.#transaction(() => this.#applier.apply(batches));
    const nothing = {
      positions: new Float64Array(batches.reduce((sum, batch) => sum + batch.commits, 0)),
      conflicts: [],
      failures: [],
    };
    return {
      type: 'batches',
      batches: batches.length,
      ...(group.done ?? nothing),
      failed: group.failed,
      writer: { ...this.#stats },
    };
  }

  trim({ olderThanMs, limit, held, nowMs }: Trim): TrimAnswer {
    const { done, failed } = this.#transaction(() => {
      const dropped = dropUnheldGroups(this.#db, held, nowMs);
      return { dropped, ...this.#trim(olderThanMs, limit) };
    });
    return { type: 'trimmed', ...(done ?? { count: 0, upTo: 0, dropped: [] }), failed };
  }

  /** Copies what the write-ahead log holds into the database, as far as readers allow. */
  checkpoint(): void {
    if (this.#walPages() > 0) this.#checkpoint('PASSIVE');
  }

  close(): void {
    this.#checkpoint('TRUNCATE');
    this.#db.close();
  }

  #transaction<T>(work: () => T): { done?: T; failed: Failed | undefined } {
    let done: T;
    try {
      this.#begin.run();
      done = work();
      this.#commit.run();
    } catch (error) {
      return { failed: this.#rollBack(error) };
    }
    this.#stats.groups++;
    this.#afterGroup();
    return { done, failed: undefined };
  }

  #rollBack(error: unknown): Failed {
    const kind = failureKind(error);
    if (kind === 'fatal') throw error;
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    this.#applier.rolledBack();
    // Gives back the space that the write-ahead log takes up.
    if (kind === 'full') this.#checkpoint('TRUNCATE');
    return { kind, message: describe(error) };
  }

  #trim(olderThanMs: number, limit: number): { count: number; upTo: number } {
    const rows = this.#db
      .prepare(
        `SELECT position, at_ms FROM log
         WHERE position < (SELECT max(position) FROM log)
           AND position <= (SELECT coalesce(min(position), 9e15) FROM log_groups)
         ORDER BY position LIMIT ?`,
      )
      .all(limit);
    const firstKept = rows.findIndex((row) => Number(row['at_ms']) >= olderThanMs);
    const count = firstKept < 0 ? rows.length : firstKept;
    const upTo = count === 0 ? 0 : Number(rows[count - 1]!['position']);
    this.#db.prepare('DELETE FROM log WHERE position <= ?').run(upTo);
    return { count, upTo };
  }

  #afterGroup(): void {
    const pages = this.#walPages();
    this.#stats.walBytes = pages * pageBytes;
    if (pages >= this.#checkpointAtPages) this.#checkpoint('RESTART');
    else if (pages < checkpointPages) this.#checkpointAtPages = checkpointPages;
  }

  /** Pages in the write-ahead log. */
  #walPages(): number {
    return Math.max(0, (this.#measureWal.get() as unknown as [number, number, number])[1]);
  }

  #checkpoint(mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): void {
    const startMs = systemClock.monotonicMs();
    try {
      if (mode === 'RESTART') this.#db.exec(`PRAGMA busy_timeout = ${restartWaitMs}`);
      const result = this.#db.prepare(`PRAGMA wal_checkpoint(${mode})`).get()!;
      // A long reader (a backup) holds the log: it grows until that ends, and is not tried at every group.
      const held = Number(result['busy']) > 0 || Number(result['checkpointed']) < Number(result['log']);
      this.#checkpointAtPages = held ? Number(result['log']) + checkpointPages : checkpointPages;
    } catch (error) {
      if (failureKind(error) === 'fatal') throw error;
    } finally {
      if (mode === 'RESTART') this.#db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    }
    this.#stats.checkpoints++;
    this.#stats.checkpointMsMax = Math.max(this.#stats.checkpointMsMax, systemClock.monotonicMs() - startMs);
  }
}
