import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import { affinityWrites } from '../engagement/index.ts';
import { commitAttemptsMax, type ReactionsContext, reactionHints, seeAtOnce } from './context.ts';
import { countWrites } from './count-writes.ts';
import { reactionKey, reactionsByPost, reactionsByPostTime, reactionsByUser } from './tables.ts';

/** Takes one's reaction back, if there is one (false: there was none); also from a post one may not see any more. */
export async function takeBack(context: ReactionsContext, userId: Id, postId: Id): Promise<boolean> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const key = reactionKey(postId, userId);
    const row = await context.records.get(reactionsByPost, key);
    if (!row) return false;
    const { kind, reactionId, authorId, createdAtMs } = row.value;
    const then = [
      write.remove(reactionsByPostTime, [postId, reactionId]),
      write.remove(reactionsByUser, [userId, postId]),
      ...countWrites(postId, kind, undefined),
      ...affinityWrites(userId, authorId, { reactions: -1 }, createdAtMs),
    ];
    const result = await context.records.commit({
      decide: [write.remove(reactionsByPost, key, row.version)],
      then,
      hints: reactionHints(postId, userId, authorId),
    });
    seeAtOnce(context, postId, userId);
    if (result.ok) return true;
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}
