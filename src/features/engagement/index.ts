/**
 * How people engage with posts and with each other's, in numbers: what the order by relevance goes by.
 * Nothing here says when; and nobody but the program reads whose it is.
 */
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { createRecordViews, type RecordViewsDeps, type View } from './record-views.ts';
import { type Affinity, affinity } from './tables.ts';

export { type View, viewsMax } from './record-views.ts';
export { type Affinity, affinity } from './tables.ts';

export type EngagementDeps = RecordViewsDeps;

export interface Engagement {
  /** Views of unknown or hidden posts, and of one's own, are ignored. At most `viewsMax`. */
  recordViews(principal: Principal, views: readonly View[]): Promise<void>;
  /** Somebody looked at a profile that they may see. */
  recordProfileVisit(viewerId: Id, authorId: Id): Promise<void>;
  /** In the order of the authors; at most 1000. */
  affinityOf(viewerId: Id, authorIds: readonly Id[]): Promise<Affinity[]>;
  /** Forgets what a person did, so many rows a call at most; true when nothing is left. */
  eraseOf(viewerId: Id): Promise<boolean>;
}

/** The writes, for `then`, that add to what a person has to do with an author; none with oneself. */
export function affinityWrites(viewerId: Id, authorId: Id, numbers: Affinity): Write[] {
  return viewerId === authorId ? [] : [write.add(affinity, [viewerId, authorId], { ...numbers })];
}

const removalsMax = 50;

export function createEngagement(deps: EngagementDeps): Engagement {
  const { records } = deps;
  const hintsOf = (userId: Id) => [{ kind: 'views.recorded', key: userId, data: { userId } }];
  return {
    recordViews: createRecordViews(deps),
    async recordProfileVisit(viewerId, authorId) {
      const then = affinityWrites(viewerId, authorId, { profileVisits: 1 });
      if (then.length > 0) await records.commit({ decide: [], then, hints: hintsOf(viewerId) });
    },
    async affinityOf(viewerId, authorIds) {
      const rows = await records.getMany(
        affinity,
        authorIds.map((authorId) => [viewerId, authorId]),
      );
      return rows.map((row) => row?.value ?? {});
    },
    async eraseOf(viewerId) {
      const rows = await records.list(affinity, [viewerId], { limit: removalsMax });
      if (rows.length > 0) {
        const decide = rows.map(({ key }) => write.remove(affinity, key));
        await records.commit({ decide, hints: hintsOf(viewerId) });
      }
      return rows.length < removalsMax;
    },
  };
}
