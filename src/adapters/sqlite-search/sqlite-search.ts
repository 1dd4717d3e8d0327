import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  changesMax,
  type HashtagHit,
  type IndexState,
  type PostHits,
  type Rebuild,
  type SearchChange,
  SearchError,
  type SearchIndex,
  type Trend,
  type UserPlace,
} from '../../ports/search/search.ts';
import { type IndexThread, startThread } from './index-thread.ts';

export interface SqliteSearchOptions {
  /** A folder of its own; may be deleted while nothing runs, and is then built again. */
  directory: string;
  /** Threads that answer queries; default 1. */
  readers?: number;
  /** Posts ranked at once; for tests. */
  rankedMax?: number;
}

/** Queries that wait for one thread; beyond, callers are told to come back. */
const waitingQueriesMax = 64;
const pointerName = 'current';
const indexName = /^search-(\d+)\.db/;

/**
 * The index in SQLite, in files of its own. One thread writes, in short transactions; others answer queries, so
 * neither holds up the other, nor the program. Each rebuild makes a new file; a small pointer file says which serves.
 */
export async function openSqliteSearch(options: SqliteSearchOptions): Promise<SearchIndex> {
  const search = new SqliteSearch(options);
  await search.open();
  return search;
}

class SqliteSearch implements SearchIndex {
  readonly #directory: string;
  readonly #readersCount: number;
  readonly #windowMax: number | undefined;
  #generation = 0;
  #writer!: IndexThread;
  #readers: IndexThread[] = [];
  #isRebuilding = false;
  /** Ends a rebuild that was under way when the index was cleared. */
  #epoch = 0;

  constructor({ directory, readers = 1, rankedMax }: SqliteSearchOptions) {
    this.#directory = directory;
    this.#readersCount = readers;
    this.#windowMax = rankedMax;
  }

  async open(): Promise<void> {
    mkdirSync(this.#directory, { recursive: true });
    this.#generation = this.#servingGeneration();
    try {
      await this.#start();
    } catch (error) {
      if (!(error instanceof SearchError) || error.kind === 'closed') throw error;
      // What cannot be read is worth nothing: begin empty, and be built again.
      await this.#stop();
      await this.#startEmpty();
    }
    this.#removeOthers();
  }

  apply(changes: readonly SearchChange[], position?: number): Promise<void> {
    if (changes.length > changesMax) throw new RangeError(`${changes.length} changes`);
    return this.#writer.call('apply', { changes, position }) as Promise<void>;
  }

  posts = (query: Parameters<SearchIndex['posts']>[0]) => this.#ask('posts', query) as Promise<PostHits>;
  users = (query: Parameters<SearchIndex['users']>[0]) => this.#ask('users', query) as Promise<UserPlace[]>;
  hashtags = (query: Parameters<SearchIndex['hashtags']>[0]) =>
    this.#ask('hashtags', query) as Promise<HashtagHit[]>;

  trends(options: { nowMs: number; limit: number }): Promise<Trend[]> {
    return this.#writer.call('trends', options) as Promise<Trend[]>;
  }
  state(): Promise<IndexState> {
    return this.#writer.call('state') as Promise<IndexState>;
  }

  async rebuild(): Promise<Rebuild> {
    if (this.#isRebuilding) throw new SearchError('unavailable', 'a rebuild is running');
    this.#isRebuilding = true;
    const epoch = this.#epoch;
    const generation = this.#generation + 1;
    const check = () => {
      if (epoch !== this.#epoch) throw new SearchError('unavailable', 'the index was cleared meanwhile');
    };
    try {
      await this.#writer.call('begin', this.#file(generation));
    } catch (error) {
      this.#isRebuilding = false;
      throw error;
    }
    return {
      add: async (changes) => {
        check();
        await this.#writer.call('add', changes);
      },
      finish: async () => {
        check();
        await this.#writer.call('finish');
        await this.#point(generation);
        await this.#writer.call('swap');
        const before = this.#generation;
        this.#generation = generation;
        await Promise.all(this.#readers.map((reader) => reader.call('open', this.#file(generation))));
        removeIndex(this.#file(before));
        this.#isRebuilding = false;
      },
      abort: async () => {
        if (epoch !== this.#epoch) return;
        await this.#writer.call('abort');
        this.#isRebuilding = false;
      },
    };
  }

  async clear(): Promise<void> {
    this.#epoch++;
    this.#isRebuilding = false;
    await this.#stop();
    await this.#startEmpty();
    this.#removeOthers();
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  async #ask(operation: string, query: unknown): Promise<unknown> {
    const reader = this.#readers.reduce((a, b) => (b.waiting() < a.waiting() ? b : a));
    if (reader.waiting() >= waitingQueriesMax) throw new SearchError('overloaded', 'too many queries wait');
    return reader.call(operation, query);
  }

  async #startEmpty(): Promise<void> {
    this.#generation++;
    removeIndex(this.#file(this.#generation));
    await this.#point(this.#generation);
    await this.#start();
  }

  async #start(): Promise<void> {
    const file = this.#file(this.#generation);
    const windowMax = this.#windowMax;
    this.#writer = await startThread({ role: 'writer', file, windowMax });
    this.#readers = await Promise.all(
      Array.from({ length: this.#readersCount }, () => startThread({ role: 'reader', file, windowMax })),
    );
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
    await this.#writer?.close();
  }

  #file(generation: number): string {
    return join(this.#directory, `search-${generation}.db`);
  }

  #servingGeneration(): number {
    try {
      const generation = Number(readFileSync(join(this.#directory, pointerName), 'utf8'));
      if (Number.isSafeInteger(generation) && generation > 0) return generation;
    } catch {
      // No pointer yet.
    }
    return 1;
  }

  /** Says which file serves, so that a crash leaves either the old or the new word. */
  async #point(generation: number): Promise<void> {
    const path = join(this.#directory, pointerName);
    const file = await open(`${path}.new`, 'w');
    try {
      await file.writeFile(String(generation));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.new`, path);
    // Where a folder cannot be opened, as on Windows, the rename itself must do.
    const folder = await open(this.#directory, 'r').catch(() => undefined);
    await folder?.sync().catch(() => {});
    await folder?.close();
  }

  #removeOthers(): void {
    for (const name of readdirSync(this.#directory)) {
      const generation = indexName.exec(name)?.[1];
      if (generation !== undefined && Number(generation) !== this.#generation)
        rmSync(join(this.#directory, name), { force: true });
    }
  }
}

function removeIndex(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(file + end, { force: true });
}
