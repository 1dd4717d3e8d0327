import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { PostsContext } from './context.ts';
import { postCounts, postRevisions, posts, unlistedPosts } from './tables.ts';

const removalsMax = 50;

/**
 * Removes a deleted post for good, at most `removalsMax` revisions a call. Answers true when nothing is left of
 * it, also where there was nothing. What others left under it (comments, reactions) must be gone before: the
 * post's row is the last to go, so whatever stops a purge half-way, the next one goes on.
 */
export async function purgePost({ records, cardReader, media }: PostsContext, id: Id): Promise<boolean> {
  const row = await records.get(posts, [id]);
  if (!row) return true;
  if (row.value.deletedAtMs === null) return true;
  const { authorId, feedKey } = row.value;
  const hint = { kind: 'post.purged', key: authorId, data: { postId: id, authorId } };
  const revisions = await records.list(postRevisions, [id], { limit: removalsMax });
  if (revisions.length > 0) {
    const removals = revisions.map(({ key }) => write.remove(postRevisions, key));
    await records.commit({ decide: removals, hints: [hint] });
    if (revisions.length === removalsMax) return false;
  }
  await media.release(row.value.mediaIds, { kind: 'post', id });
  const then = [write.remove(postCounts, [id]), write.remove(unlistedPosts, [authorId, id])];
  const result = await records.commit({
    decide: [write.remove(posts, [id], row.version)],
    then,
    hints: [hint],
  });
  cardReader.forget(id, feedKey);
  return result.ok;
}
