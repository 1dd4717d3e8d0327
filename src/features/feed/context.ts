import type { Id } from '../../lib/ids.ts';
import { ringMaxDefault } from '../../ports/timelines/timelines.ts';
import { MeasuredCosts, noRate, type Rate } from './costs.ts';
import type { FeedDeps } from './feed.ts';
import { KeptPages } from './kept-pages.ts';
import { type FeedPolicy, measuredPolicy } from './popularity.ts';
import { Readers } from './readers.ts';

/** What the parts of one process's feed share. */
export interface FeedContext extends FeedDeps {
  policy: FeedPolicy;
  ringMax: number;
  costs: MeasuredCosts;
  readers: Readers;
  pages: KeptPages | undefined;
  /** Counts reads, to take samples. */
  reads: number;
  /** Reads by readers who have an inbox. */
  inboxReads: Rate;
  /** The consumer is subscribed: from then on what is held stays true. Before, reads use the truth alone. */
  live: boolean;
  /** Other processes read from and write to the same timelines. */
  isShared: boolean;
  /** Whether this person's own newest post may not have been delivered yet. */
  mayLackOwn: (readerId: Id) => boolean;
  /** They have found it. */
  foundOwn: (readerId: Id) => void;
  /** Makes the reader's inbox fit the reader, a little later. */
  scheduleFitting: (readerId: Id) => void;
}

export function createContext(deps: FeedDeps): FeedContext {
  const isShared = deps.subscription?.start === 'stored';
  return {
    ...deps,
    policy: deps.policy ?? measuredPolicy,
    ringMax: deps.ringMax ?? ringMaxDefault,
    costs: new MeasuredCosts(),
    // A shared inbox goes by itself when nobody reads it; others may do so elsewhere.
    readers: new Readers(deps.clock, (id) => void (isShared || deps.timelines.drop(id))),
    reads: 0,
    pages: deps.changes && new KeptPages(deps.changes, deps.clock.nowMs),
    inboxReads: noRate(deps.clock.nowMs()),
    live: false,
    isShared,
    mayLackOwn: () => false,
    foundOwn: () => {},
    scheduleFitting: () => {},
  };
}
