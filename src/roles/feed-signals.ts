import type { Engagement } from '../features/engagement/index.ts';
import type { Signals } from '../features/feed/index.ts';
import { postCounts } from '../features/posts/index.ts';
import type { Records } from '../ports/records/records.ts';

/** What the order by relevance goes by, from the numbers that posts and engagement keep. */
export function feedSignals(records: Records, engagement: Pick<Engagement, 'affinityOf'>): Signals {
  return {
    async affinities(readerId, authorIds) {
      const found = await engagement.affinityOf(readerId, authorIds);
      return found.map(({ comments = 0, replies = 0, reactions = 0, profileVisits = 0, dwellMs = 0 }) => ({
        conversations: comments + replies,
        likes: reactions,
        profileVisits,
        dwellMs,
      }));
    },
    async posts(postIds) {
      const rows = await records.getMany(
        postCounts,
        postIds.map((id) => [id]),
      );
      return rows.map((row) => {
        const { views = 0, dwellMs = 0, reports = 0 } = row?.value ?? {};
        return { views, dwellMs, reports };
      });
    },
  };
}
