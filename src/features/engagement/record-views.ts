import { LRUCache } from 'lru-cache';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { commitWritesMax, type Records, type Write, write } from '../../ports/records/records.ts';
import type { Graph } from '../graph/index.ts';
import { type PostCard, type Posts, postCounts } from '../posts/index.ts';
import { affinityWrites, viewsHint } from './affinity.ts';

export interface View {
  postId: Id;
  /** How long it was on screen. */
  dwellMs: number;
}

export const viewsMax = 100;
const dwellMsMax = 10 * 60_000;
/** Seeing a post again within this time adds to the time spent, not to the number of views. */
const viewAgainMs = 3_600_000;
const recentViewsMax = 100_000;

export interface RecordViewsDeps {
  records: Records;
  clock: Clock;
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'cardsById' | 'visible'>;
}

/** Adds what a person has seen to the numbers of posts, and to theirs with the authors. Never fails for a single view. */
export function createRecordViews({ records, clock, graph, posts }: RecordViewsDeps) {
  /** When each viewer was last counted for a post, in this process. */
  const counted = new LRUCache<string, number>({ max: recentViewsMax });

  const isFirst = (viewerId: Id, postId: Id) => {
    const key = `${viewerId} ${postId}`;
    const nowMs = clock.monotonicMs();
    const before = counted.get(key);
    if (before !== undefined && nowMs - before < viewAgainMs) return false;
    counted.set(key, nowMs);
    return true;
  };

  const writesOf = (viewerId: Id, seen: readonly PostCard[], dwells: ReadonlyMap<Id, number>): Write[] => {
    const writes: Write[] = [];
    const byAuthor = new Map<Id, { views: number; dwellMs: number }>();
    for (const { id, authorId } of seen) {
      if (authorId === viewerId) continue;
      const views = isFirst(viewerId, id) ? 1 : 0;
      const dwellMs = dwells.get(id)!;
      writes.push(write.add(postCounts, [id], { views, dwellMs }));
      const sum = byAuthor.get(authorId) ?? { views: 0, dwellMs: 0 };
      byAuthor.set(authorId, { views: sum.views + views, dwellMs: sum.dwellMs + dwellMs });
    }
    for (const [authorId, sum] of byAuthor) {
      writes.push(...affinityWrites(viewerId, authorId, sum, clock.nowMs()));
    }
    return writes;
  };

  return async ({ userId }: Principal, views: readonly View[]): Promise<void> => {
    const dwells = new Map<Id, number>();
    for (const { postId, dwellMs } of views.slice(0, viewsMax)) {
      dwells.set(postId, Math.min(dwellMsMax, (dwells.get(postId) ?? 0) + Math.max(0, Math.round(dwellMs))));
    }
    const [found, viewer] = await Promise.all([posts.cardsById([...dwells.keys()]), graph.viewer(userId)]);
    const cards = found.filter((card) => card !== undefined);
    const visible = await posts.visible(viewer, cards);
    const writes = writesOf(
      userId,
      cards.filter((_, i) => visible[i]),
      dwells,
    );
    const hints = [viewsHint(userId)];
    for (let i = 0; i < writes.length; i += commitWritesMax) {
      const then = writes.slice(i, i + commitWritesMax);
      await records.commit({ decide: [], then, hints });
    }
  };
}
