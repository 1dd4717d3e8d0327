/**
 * How people engage with posts and with each other's, in numbers: what the order by relevance goes by.
 * Nobody but the program reads whose they are.
 */
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { affinityWrites, readAffinities, removeAffinities, viewsHint } from './affinity.ts';
import { createNoteVisits } from './note-visits.ts';
import { createRecordViews, type RecordViewsDeps, type View } from './record-views.ts';
import type { Affinity } from './tables.ts';

export { affinityWrites, conversationWrites } from './affinity.ts';
export { type View, viewsMax } from './record-views.ts';
export { type Affinity, affinity } from './tables.ts';

export type EngagementDeps = RecordViewsDeps;

export interface Engagement {
  /** Views of unknown or hidden posts, and of one's own, are ignored. At most `viewsMax`. */
  recordViews(principal: Principal, views: readonly View[]): Promise<void>;
  /** Somebody looked at a profile that they may see. */
  recordProfileVisit(viewerId: Id, authorId: Id): Promise<void>;
  /** The same without waiting, at most once an hour for two people; may be lost. */
  noteProfileVisit(viewerId: Id, authorId: Id): void;
  /** In the order of the authors, at most 1000; what is months past has faded. */
  affinityOf(viewerId: Id, authorIds: readonly Id[]): Promise<Affinity[]>;
  /** Forgets what a person did, so many rows a call at most; true when nothing is left. */
  eraseOf(viewerId: Id): Promise<boolean>;
}

export function createEngagement(deps: EngagementDeps): Engagement {
  const { records, clock } = deps;
  const recordProfileVisit = async (viewerId: Id, authorId: Id) => {
    const then = affinityWrites(viewerId, authorId, { profileVisits: 1 }, clock.nowMs());
    if (then.length > 0) await records.commit({ decide: [], then, hints: [viewsHint(viewerId)] });
  };
  return {
    recordViews: createRecordViews(deps),
    recordProfileVisit,
    noteProfileVisit: createNoteVisits(deps, recordProfileVisit),
    affinityOf: (viewerId, authorIds) => readAffinities(records, viewerId, authorIds, clock.nowMs()),
    eraseOf: (viewerId) => removeAffinities(records, viewerId, clock.nowMs()),
  };
}
