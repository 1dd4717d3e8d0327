import type { IdSource } from '../lib/ids.ts';
import type { Cache } from '../ports/cache/cache.ts';
import type { EventLog } from '../ports/log/log.ts';
import type { PubSub } from '../ports/pubsub/pubsub.ts';
import type { RateLimits } from '../ports/rate-limits/rate-limits.ts';
import type { Records } from '../ports/records/records.ts';
import type { SearchIndex } from '../ports/search/search.ts';
import type { Timelines } from '../ports/timelines/timelines.ts';

/** A number worth watching, or several told apart by labels, read at each scrape. */
export interface Gauge {
  name: string;
  help: string;
  read: () => number | Iterable<{ labels: Readonly<Record<string, string>>; value: number }>;
}

/** What only an installation that is a folder can do. */
export interface FolderStore {
  schemaVersion: number;
  backup(targetFile: string): Promise<void>;
  /** Problems found in what is stored; empty if none. */
  integrity(): Promise<string[]>;
}

/** The engines of one profile, opened: every port that stands for one. */
export interface Engines {
  records: Records;
  log: EventLog;
  timelines: Timelines;
  cache: Cache;
  search: SearchIndex;
  pubsub: PubSub;
  rateLimits: RateLimits;
  ids: IdSource;
  /** This installation's own; keys what must not be guessed. */
  secret: string;
  /** Other processes work on the same engines: timelines are shared, and work is divided. */
  isShared: boolean;
  /** Undefined where engines have backups of their own. */
  folder: FolderStore | undefined;
  gauges: readonly Gauge[];
  /** Each answers what is missing, or nothing. A process that lacks one of these cannot serve. */
  readyChecks: Readonly<Record<string, () => Promise<string | undefined> | string | undefined>>;
  /** What each engine that is apart from this process says is wrong with it, or nothing; for the operator. */
  health: Readonly<Record<string, () => Promise<string | undefined>>>;
  /** Finishes writes and lets go of everything. */
  close(): Promise<void>;
}
