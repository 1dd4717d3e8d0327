import type { Id } from '../../lib/ids.ts';
import { type Row, write } from '../../ports/records/records.ts';
import type { ReactionsContext } from './context.ts';
import { reactionHints } from './context.ts';
import {
  type Reaction,
  reactionShards,
  reactionsByPost,
  reactionsByPostTime,
  reactionsByUser,
} from './tables.ts';
import { takeBack } from './take-back.ts';

/** Three rows each, so that they fit into one commit. */
const removalsMax = 20;

/** Removes reactions of a post that is being purged, so many of each shard a call at most; true when none is left. */
export async function purgeReactionsOfPost(context: ReactionsContext, postId: Id): Promise<boolean> {
  const requests = reactionShards.map((shard) => ({ prefix: [postId, shard], limit: removalsMax }));
  const shards = await context.records.listMany(reactionsByPost, requests);
  const removed = await Promise.all(shards.map((rows) => removeRows(context, postId, rows)));
  return removed.every(Boolean);
}

/** Rows of one shard; true when they were all that was left of it. */
async function removeRows(
  { records }: ReactionsContext,
  postId: Id,
  rows: readonly Row<Reaction>[],
): Promise<boolean> {
  if (rows.length === 0) return true;
  const then = rows.flatMap(({ key: [, , userId], value }) => [
    write.remove(reactionsByPostTime, [postId, value.reactionId]),
    write.remove(reactionsByUser, [userId!, postId]),
  ]);
  const result = await records.commit({
    decide: rows.map(({ key, version }) => write.remove(reactionsByPost, key, version)),
    then,
    hints: rows.flatMap(({ key, value }) => reactionHints(postId, key[2]!, value.authorId).slice(0, 1)),
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
