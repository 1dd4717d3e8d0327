/** One process and a folder: SQLite beside memory. */
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { installationSecret } from '../adapters/disk/installation-secret.ts';
import { openSqliteStore, type SqliteStore } from '../adapters/sqlite/store.ts';
import { openSqliteSearch } from '../adapters/sqlite-search/sqlite-search.ts';
import type { Settings } from '../config/config.ts';
import { createIdSource, type IdSource } from '../lib/ids.ts';
import { memoryCache } from '../ports/cache/memory-cache.ts';
import type { Clock } from '../ports/clock/clock.ts';
import { memoryPubSub } from '../ports/pubsub/pubsub.ts';
import { memoryRateLimits } from '../ports/rate-limits/memory-rate-limits.ts';
import { createMemoryTimelines } from '../ports/timelines/memory-timelines.ts';
import { tables } from '../tables.ts';
import type { Engines, Gauge } from './engines.ts';

export interface OpenEnginesOptions {
  clock: Clock;
  /** What was written is no longer known: must end the process. */
  onFatal: (error: Error) => void;
  onHandlerError: (group: string, error: unknown, attempt: number) => void;
  /** Hears of failures that nobody waits for; what failed is tried again. */
  report: (error: unknown, doing: string) => void;
}

const bytesPerCharacter = 2;

export async function openEmbeddedEngines(
  settings: Settings,
  { clock, onFatal, onHandlerError }: OpenEnginesOptions,
): Promise<Engines> {
  let ids: IdSource | undefined;
  const opening = openSqliteStore({
    folder: settings.data,
    tables,
    clock,
    highWater: () => ids?.last(),
    onFatal,
    onHandlerError,
  });
  // Rejects if the folder is not this process's own; past that, store and search start their threads side by side.
  await Promise.race([opening, nextTurn()]);
  const openingSearch = openSqliteSearch({ directory: join(settings.data, 'search') });
  const [store, search] = await bothOrNeither(opening, openingSearch);
  ids = createIdSource({ nowMs: clock.nowMs, after: store.lastId() });
  return {
    records: store.records,
    log: store.log,
    timelines: createMemoryTimelines({
      inboxBytesMax: settings.timelineBytesMax / 2,
      headBytesMax: settings.timelineBytesMax / 2,
    }),
    cache: memoryCache({ charactersMax: settings.cacheBytesMax / bytesPerCharacter }),
    search,
    pubsub: memoryPubSub(),
    rateLimits: memoryRateLimits({ clock }),
    ids,
    secret: installationSecret(settings.data),
    isShared: false,
    folder: store,
    gauges: gaugesOf(store),
    readyChecks: {},
    health: {},
    async close() {
      await search.close();
      await store.close();
    },
  };
}

/** What opens beside something that fails is closed again. */
async function bothOrNeither<A extends Closable, B extends Closable>(
  first: Promise<A>,
  second: Promise<B>,
): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === 'fulfilled' && b.status === 'fulfilled') return [a.value, b.value];
  for (const each of [a, b]) if (each.status === 'fulfilled') await each.value.close();
  throw a.status === 'rejected' ? a.reason : (b as PromiseRejectedResult).reason;
}

interface Closable {
  close(): Promise<void>;
}

const gaugesOf = (store: SqliteStore): Gauge[] => [
  {
    name: 'kith_commits_total',
    help: 'Commits acknowledged since the start.',
    read: () => store.stats().commits,
  },
  {
    name: 'kith_commit_groups_total',
    help: 'Transactions that carried them.',
    read: () => store.stats().groups,
  },
  { name: 'kith_commits_waiting', help: 'Commits not yet acknowledged.', read: () => store.stats().waiting },
  {
    name: 'kith_commits_refused_full_total',
    help: 'Commits refused because the disk is full.',
    read: () => store.stats().refusedFull,
  },
  { name: 'kith_wal_bytes', help: 'Size of the write-ahead log.', read: () => store.stats().walBytes },
  { name: 'kith_database_bytes', help: 'Size of the database.', read: () => store.stats().databaseBytes },
];
