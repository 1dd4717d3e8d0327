import type { Costs } from './costs.ts';

/**
 * Who is pushed and who is pulled, after Silberstein et al., "Feeding Frenzy" (SIGMOD 2010): a delivery pays if it is
 * read more cheaply, often enough. Both switches have hysteresis: they change at twice the balance and change back
 * at half of it.
 */
export interface FeedPolicy {
  wantsInbox(reader: ReaderLoad, costs: Costs): boolean;
  isPopular(author: AuthorLoad, costs: Costs): boolean;
}

export interface ReaderLoad {
  hasInbox: boolean;
  readsPerMs: number;
  /** Since the last read but this one. */
  absentMs: number;
  /** Posts of everybody followed, per ms. */
  arrivalsPerMs: number;
  authors: number;
}

export interface AuthorLoad {
  isPopular: boolean;
  postsPerMs: number;
  /** Inboxes that the author's posts are, or would be, delivered to. */
  audience: number;
  /** Of a reader with an inbox, on average. */
  readsPerMs: number;
}

export const absenceMaxMs = 7 * 86_400_000;
/** One post may keep the deliverer busy for so long. */
const fanOutBudgetMs = 250;
/** Pulling an author costs each read; for few readers it is not worth a thought. */
const audienceMin = 64;
/** Fewer authors than this are merged faster than an inbox is found. */
const authorsMin = 16;
const hysteresis = 2;

export const measuredPolicy: FeedPolicy = {
  wantsInbox({ hasInbox, readsPerMs, absentMs, arrivalsPerMs, authors }, { pullMs, deliverMs }) {
    if (absentMs > absenceMaxMs || authors < authorsMin) return false;
    const saved = readsPerMs * authors * pullMs;
    const spent = arrivalsPerMs * deliverMs;
    return saved > spent * (hasInbox ? 1 / hysteresis : hysteresis);
  },
  isPopular({ isPopular, postsPerMs, audience, readsPerMs }, { pullMs, deliverMs }) {
    if (audience < audienceMin) return false;
    const factor = isPopular ? 1 / hysteresis : hysteresis;
    const takesTooLong = audience * deliverMs > fanOutBudgetMs * factor;
    return takesTooLong || postsPerMs * deliverMs > readsPerMs * pullMs * factor;
  },
};
