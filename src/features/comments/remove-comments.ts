import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import type { CommentsContext } from './context.ts';
import { eraseComment } from './delete-comment.ts';
import { commentPosts, commentReplies, commentRevisions, commentsByPost, commentsByUser } from './tables.ts';

/** Four rows each, so that they fit into one commit. */
const removalsMax = 15;
const revisionsMax = 60;

/** Removes what a deleted comment said before its edits, so much a call at most; true when none is left. */
export async function purgeCommentRevisions({ records }: CommentsContext, id: Id): Promise<boolean> {
  const rows = await records.list(commentRevisions, [id], { limit: revisionsMax });
  if (rows.length > 0) {
    await records.commit({
      decide: rows.map(({ key }) => write.remove(commentRevisions, key)),
      hints: [{ kind: 'comment.purged', key: id, data: { commentId: id } }],
    });
  }
  return rows.length < revisionsMax;
}

/** Removes comments of a post that is being purged, so many a call at most; true when none is left. */
export async function purgeCommentsOfPost(context: CommentsContext, postId: Id): Promise<boolean> {
  const rows = await context.records.list(commentsByPost, [postId], { limit: removalsMax });
  if (rows.length === 0) return true;
  // Revisions first: once the row is gone nothing leads to them.
  for (const { key, value } of rows) {
    if (value.editedAtMs !== null && !(await purgeCommentRevisions(context, key[1]!))) return false;
  }
  const then = rows.flatMap(({ key, value: { authorId, parentId } }): Write[] => {
    const id = key[1]!;
    return [
      write.remove(commentPosts, [id]),
      write.remove(commentsByUser, [authorId, id]),
      ...(parentId === null ? [] : [write.remove(commentReplies, [postId, parentId, id])]),
    ];
  });
  const result = await context.records.commit({
    decide: rows.map(({ key, version }) => write.remove(commentsByPost, key, version)),
    then,
    hints: [{ kind: 'comment.purged', key: postId, data: { postId } }],
  });
  return result.ok && rows.length < removalsMax;
}

/**
 * Deletes the comments of a person who is being erased, so many a call at most; true when none is left. Their
 * earlier versions go by the janitor's queue, as those of any deleted comment.
 */
export async function eraseCommentsOf(context: CommentsContext, userId: Id): Promise<boolean> {
  const rows = await context.records.list(commentsByUser, [userId], { limit: removalsMax });
  for (const { key } of rows) {
    if (await eraseComment(context, key[1]!)) continue;
    // Gone already, and only its place among this person's was left.
    await context.records.commit({
      decide: [write.remove(commentsByUser, key)],
      hints: [{ kind: 'comment.purged', key: userId, data: { commentId: key[1]! } }],
    });
  }
  return rows.length < removalsMax;
}
