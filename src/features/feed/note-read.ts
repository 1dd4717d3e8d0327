import { type Id, idTimeMs } from '../../lib/ids.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import { addToRate, rateAt } from './costs.ts';
import type { Reader } from './readers.ts';

/** A page whose posts are all of this minute says no more than that many came in a minute. */
const spanMinMs = 60_000;

/** The posts of a page from the top: how many, and the last of them. */
export interface Newest {
  count: number;
  oldestKey: Id;
}

/** Counts the read, and has the inbox made, filled up or dropped where that has come to pay. Costs well under 1 µs. */
export function noteRead(context: FeedContext, viewer: ViewerGraph, newest: Newest | undefined): void {
  const { readers, clock } = context;
  const reader = readers.get(viewer.userId);
  const nowMs = clock.nowMs();
  reader.absentMs = nowMs - reader.lastReadMs;
  reader.lastReadMs = nowMs;
  addToRate(reader.reads, nowMs);
  if (newest) {
    reader.arrivalsPerMs = newest.count / Math.max(spanMinMs, nowMs - idTimeMs(newest.oldestKey));
  }
  const hasInbox = (reader.plan?.version ?? 0) > 0;
  if (hasInbox) addToRate(context.inboxReads, nowMs);
  if (!context.live) return;
  const wants = wantsInbox(context, reader, { hasInbox, authors: viewer.following.size });
  // A shared one may be read elsewhere: it goes by itself when nobody does.
  const drops = hasInbox && !context.isShared;
  if (wants ? !reader.settled : drops) context.scheduleFitting(viewer.userId);
}

/** The first switch: whether this reader should have an inbox. */
export function wantsInbox(
  { policy, costs, clock }: FeedContext,
  { reads, absentMs, lastReadMs, arrivalsPerMs }: Reader,
  { hasInbox, authors }: { hasInbox: boolean; authors: number },
): boolean {
  const nowMs = clock.nowMs();
  const load = {
    hasInbox,
    readsPerMs: rateAt(reads, nowMs),
    absentMs: Math.max(absentMs, nowMs - lastReadMs),
    arrivalsPerMs,
    authors,
  };
  return policy.wantsInbox(load, costs);
}
