import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { ReactionsContext } from './context.ts';
import { reactionHints } from './context.ts';
import { reactionsByPost, reactionsByPostTime, reactionsByUser } from './tables.ts';
import { takeBack } from './take-back.ts';

/** Three rows each, so that they fit into one commit. */
const removalsMax = 20;

/** Removes reactions of a post that is being purged, so many a call at most; true when none is left. */
export async function purgeReactionsOfPost(context: ReactionsContext, postId: Id): Promise<boolean> {
  const rows = await context.records.list(reactionsByPost, [postId], { limit: removalsMax });
  if (rows.length === 0) return true;
  const then = rows.flatMap(({ key, value }) => [
    write.remove(reactionsByPostTime, [postId, value.reactionId]),
    write.remove(reactionsByUser, [key[1]!, postId]),
  ]);
  const result = await context.records.commit({
    decide: rows.map(({ key, version }) => write.remove(reactionsByPost, key, version)),
    then,
    hints: rows.flatMap(({ key, value }) => reactionHints(postId, key[1]!, value.authorId).slice(0, 1)),
  });
  return result.ok && rows.length < removalsMax;
}

/** Takes back what a person who is being erased reacted, so many a call at most; true when none is left. */
export async function eraseReactionsOf(context: ReactionsContext, userId: Id): Promise<boolean> {
  const rows = await context.records.list(reactionsByUser, [userId], { limit: removalsMax });
  for (const { key } of rows) {
    const postId = key[1]!;
    if (await takeBack(context, userId, postId)) continue;
    // Gone already, and only its place among this person's was left.
    await context.records.commit({
      decide: [write.remove(reactionsByUser, key)],
      hints: [{ kind: 'reaction.changed', key: userId, data: { postId, userId, authorId: userId } }],
    });
  }
  return rows.length < removalsMax;
}
