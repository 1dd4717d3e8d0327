import { Worker } from 'node:worker_threads';
import type { LogEntry } from '../../ports/log/log.ts';
import { checkCommit } from '../../ports/records/checks.ts';
import { type Commit, type CommitResult, RecordsError } from '../../ports/records/records.ts';
import { closedError, fullError } from './failures.ts';
import { type KeptRows, rowName } from './kept-rows.ts';
import { entryOf, placeEntries, WaitingCommits } from './waiting-commits.ts';
import {
  type BatchAnswer,
  encodeCommit,
  type Failed,
  type Fields,
  type FromWriter,
  type ToWriter,
  type Trim,
  type TrimAnswer,
  type WriterOptions,
  type WriterStats,
  writeAt,
} from './wire.ts';

/** Commits in one message; a tick that issues more sends several. */
const batchCommitsMax = 500;
/** Of one commit. */
export const writesMax = 256;
/** Commits waiting for their answer; more are refused as `unavailable`. */
export const waitingCommitsMax = 20_000;
/** Characters of rows waiting, likewise. */
const waitingCharactersMax = 64 * 1024 * 1024;

/** Called back as each message to the writer is done with; `failed` when nothing of it was written. */
type Done = (failed: Failed | undefined) => void;

export interface WriterClientOptions {
  writer: WriterOptions;
  tables: ReadonlyMap<string, number>;
  nowMs: () => number;
  lastId: () => string | undefined;
  /** Before anybody learns of a group of commits. */
  answering: () => void;
  kept: Pick<KeptRows, 'begin' | 'end'>;
  /** Before the promise of a commit resolves. */
  committed: (entries: readonly LogEntry[]) => void;
  /** After the commits of a group have been answered. */
  groupDone: () => void;
  onFatal: (error: Error) => void;
  waitingMax?: number | undefined;
}

/**
 * The main thread's side of the writer: gathers the commits of one turn of the event loop into one message,
 * and settles them as groups come back.
 */
export class WriterClient {
  #options: WriterClientOptions;
  #worker: Worker;
  #waiting = new WaitingCommits();
  #fields: Fields = [];
  #gathered = 0;
  #positions: Fields = [];
  #sendScheduled = false;
  #lastIdSent: string | undefined;
  /** One for each batch not answered yet, oldest first. */
  #batches: { atMs: number; commits: number; done: Done[] }[] = [];
  #batchDone: Done[] = [];
  #trims: ((answer: TrimAnswer) => void)[] = [];
  /** Why commits are refused from now on. */
  #ended: Error | undefined;
  #dead = false;
  #closing: Promise<void> | undefined;
  #exited: Promise<void>;
  #opened = false;
  #ready = Promise.withResolvers<void>();
  #stats = { commits: 0, conflicts: 0, refusedFull: 0, refusedBusy: 0 };
  #writerStats: WriterStats = { groups: 0, checkpoints: 0, checkpointMsMax: 0, walBytes: 0 };

  constructor(options: WriterClientOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL('./writer-thread.ts', import.meta.url), { workerData: options.writer });
    this.#worker.on('message', (message: FromWriter) => this.#receive(message));
    this.#worker.on('error', (error) => this.#fatal(error as Error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        if (!this.#closing) this.#fatal(new Error('the writer thread ended'));
        resolve();
      });
    });
  }

  /** Rejects if the thread could not open the database. */
  ready(): Promise<void> {
    return this.#ready.promise;
  }

  commit(commit: Commit): Promise<CommitResult> {
    if (this.#ended) return Promise.reject(this.#ended);
    try {
      checkCommit(commit, writesMax);
    } catch (error) {
      return Promise.reject(error);
    }
    const waitingMax = this.#options.waitingMax ?? waitingCommitsMax;
    if (this.#waiting.count >= waitingMax || this.#waiting.characters >= waitingCharactersMax) {
      this.#stats.refusedBusy++;
      return Promise.reject(new RecordsError('unavailable', 'Too many writes are waiting for the disk.'));
    }
    return new Promise((resolve, reject) => {
      const encoded = this.#encode(commit);
      const rows = rowsOf(commit);
      const characters = rows.reduce((sum, name) => sum + name.length, encoded);
      this.#options.kept.begin(rows);
      this.#waiting.push({ commit, rows, entries: commit.hints.map(entryOf), characters, resolve, reject });
      if (++this.#gathered >= batchCommitsMax) this.#send();
      else this.#sendSoon();
    });
  }

  /** Stores the positions of groups (name, position, …) with what is written next. Later ones win. */
  storePositions(positions: Fields, done: Done): void {
    if (this.#ended) {
      done({ kind: 'refused', message: this.#ended.message });
      return;
    }
    this.#positions.push(...positions);
    this.#batchDone.push(done);
    this.#sendSoon();
  }

  async trim(trim: Pick<Trim, 'olderThanMs' | 'limit' | 'held'>): Promise<TrimAnswer> {
    if (this.#ended) throw this.#ended;
    this.#send();
    const answer = await new Promise<TrimAnswer>((resolve) => {
      this.#trims.push(resolve);
      this.#post({ type: 'trim', ...trim, nowMs: this.#options.nowMs() });
    });
    if (answer.failed) throw failedError(answer.failed);
    return answer;
  }

  stats() {
    return { ...this.#stats, ...this.#writerStats, waiting: this.#waiting.count };
  }

  /** Carries out what was issued, then ends the thread. */
  close(beforeEnd: () => void): Promise<void> {
    this.#closing ??= this.#close(beforeEnd);
    return this.#closing;
  }

  async #close(beforeEnd: () => void): Promise<void> {
    this.#ended ??= closedError();
    if (!this.#dead) {
      this.#send();
      await this.#idle();
    }
    beforeEnd();
    if (this.#dead) await this.#worker.terminate();
    else this.#post({ type: 'close' });
    await this.#exited;
  }

  /** Resolves when every batch sent has been answered. */
  #idle(): Promise<void> {
    const last = this.#batches.at(-1);
    return last ? new Promise((resolve) => last.done.push(() => resolve())) : Promise.resolve();
  }

  /** Answers how many characters it came to. A commit that cannot be encoded leaves nothing behind. */
  #encode(commit: Commit): number {
    const start = this.#fields.length;
    try {
      encodeCommit(commit, this.#options.tables, this.#fields);
      return charactersFrom(this.#fields, start);
    } catch (error) {
      this.#fields.length = start;
      throw error;
    }
  }

  #sendSoon(): void {
    if (this.#sendScheduled) return;
    this.#sendScheduled = true;
    setImmediate(() => this.#send());
  }

  #send(): void {
    this.#sendScheduled = false;
    if (this.#gathered === 0 && this.#batchDone.length === 0) return;
    const atMs = this.#options.nowMs();
    const lastId = this.#options.lastId();
    const [fields, commits, positions] = [this.#fields, this.#gathered, this.#positions];
    this.#batches.push({ atMs, commits, done: this.#batchDone });
    this.#fields = [];
    this.#gathered = 0;
    this.#positions = [];
    this.#batchDone = [];
    const newer = lastId === this.#lastIdSent ? undefined : lastId;
    this.#lastIdSent = lastId;
    this.#post({ type: 'batch', fields, commits, atMs, lastId: newer, positions });
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWriter): void {
    if (message.type === 'ready') {
      this.#opened = true;
      this.#ready.resolve();
    } else if (message.type === 'batches') this.#settle(message);
    else if (message.type === 'trimmed') this.#trims.shift()!(message);
    else this.#fatal(new Error(message.message));
  }

  #settle(answer: BatchAnswer): void {
    this.#options.answering();
    this.#writerStats = answer.writer;
    const { failed } = answer;
    const conflicts = new Map(answer.conflicts.map((each) => [each.commit, each]));
    const failures = new Map(answer.failures.map((each) => [each.commit, each.message]));
    // A failed batch may have held the newest id: it goes along again with the next.
    if (failed) this.#lastIdSent = undefined;
    let index = 0;
    const done: Done[] = [];
    for (const { atMs, commits, done: callbacks } of this.#batches.splice(0, answer.batches)) {
      for (const end = index + commits; index < end; index++) {
        const waiting = this.#waiting.take();
        this.#options.kept.end(waiting.rows);
        const position = answer.positions[index]!;
        if (position > 0) {
          placeEntries(waiting.entries, position, atMs);
          this.#options.committed(waiting.entries);
          waiting.resolve({ ok: true, position });
          continue;
        }
        const conflict = conflicts.get(index);
        if (conflict) waiting.resolve(conflictResult(waiting.commit, conflict));
        else waiting.reject(failedError(failed ?? { kind: 'refused', message: failures.get(index)! }));
      }
      done.push(...callbacks);
    }
    this.#stats.conflicts += conflicts.size;
    if (failed?.kind === 'full') this.#stats.refusedFull += answer.positions.length;
    if (!failed) this.#stats.commits += answer.positions.length - conflicts.size - failures.size;
    this.#options.groupDone();
    for (const each of done) each(failed);
  }

  /** What waits is neither known to be written nor known not to be. */
  #fatal(cause: Error): void {
    if (this.#dead) return;
    this.#dead = true;
    const message = `The database can no longer be written to safely: ${cause.message}`;
    this.#ended = new RecordsError('unavailable', message, { cause });
    if (!this.#opened) {
      this.#ready.reject(this.#ended);
      return;
    }
    this.#options.onFatal(this.#ended);
    const failed: Failed = { kind: 'refused', message: this.#ended.message };
    while (this.#waiting.count > 0) this.#waiting.take().reject(this.#ended);
    for (const { done } of this.#batches.splice(0)) for (const each of done) each(failed);
    for (const each of this.#batchDone.splice(0)) each(failed);
    for (const each of this.#trims.splice(0))
      each({ type: 'trimmed', count: 0, upTo: 0, dropped: [], failed });
  }
}

function conflictResult(commit: Commit, { write, existing }: BatchAnswer['conflicts'][number]): CommitResult {
  return {
    ok: false,
    conflict: writeAt(commit, write),
    existing: existing && {
      key: existing.key,
      value: JSON.parse(existing.text) as object,
      version: existing.version,
    },
  };
}

export function failedError({ kind, message }: Failed): RecordsError {
  return kind === 'full' ? fullError() : new RecordsError('unavailable', message);
}

function rowsOf({ claims = [], decide, then = [] }: Commit): string[] {
  const rows: string[] = [];
  for (const writes of [claims, decide, then])
    for (const { table, key } of writes) rows.push(rowName(table.name, key));
  return rows;
}

/** Numbers are few and short. */
function charactersFrom(fields: Fields, start: number): number {
  let sum = 0;
  for (let i = start; i < fields.length; i++) {
    const field = fields[i]!;
    if (typeof field === 'string') sum += field.length;
  }
  return sum;
}
