import type { Id } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { Timelines } from '../../ports/timelines/timelines.ts';
import type { Graph } from '../graph/index.ts';
import type { Posts } from '../posts/index.ts';
import type { FeedPolicy } from './popularity.ts';
import type { Signals } from './signals.ts';

export type FeedOrder = 'recent' | 'relevant';

export interface FeedDeps {
  graph: Pick<Graph, 'viewer' | 'counts'>;
  posts: Pick<
    Posts,
    'get' | 'listByAuthor' | 'feedKeysByAuthors' | 'cards' | 'visible' | 'present' | 'counts'
  >;
  timelines: Timelines;
  log: EventLog;
  clock: Clock;
  /** What the order by relevance goes by. */
  signals: Signals;
  /** Which readers have inboxes and which authors are pulled; by measured costs unless given. */
  policy?: FeedPolicy;
  /** Hears of what failed behind the scenes; nothing is lost by it. */
  report?: (error: unknown, doing: string) => void;
  /**
   * How the log is followed: from now on where timelines are this process's memory; by a stored group where many
   * processes share them, and any one of the group delivers.
   */
  subscription?: { start: 'now' | 'stored'; group: string };
  /** What changes of posts, reactions and accounts; with it, pages are kept for as long as nothing in them has. */
  changes?: RecentChanges | undefined;
  /** As many keys as an inbox is filled with at first. */
  ringMax?: number;
}

/** A post's place in a feed, in arrays side by side: newest first, each key once. */
export interface Keys {
  keys: number[];
  authors: Id[];
}

/** Candidates examined for one page at most; a page that had to give up there is short and goes on by its cursor. */
export const examinedMax = 20_000;
/** The largest step in which candidates are examined. */
export const stepMax = 400;
/** Reads of the truth under way at once for one page. */
export const waveMax = 512;
