import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { type Comment, keyOf } from './comment.ts';
import type { CommentsContext } from './context.ts';
import { eraseComment } from './delete-comment.ts';
import {
  commentPlaces,
  commentReplies,
  commentRevisions,
  commentsByPost,
  commentsByThread,
  commentsByUser,
} from './tables.ts';

/** Five rows each, so that they fit into one commit. */
const removalsMax = 12;
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
  const listed = await context.records.list(commentsByPost, [postId], { limit: removalsMax });
  const threads = Map.groupBy(listed, ({ value }) => value.threadId);
  for (const [threadId, places] of threads) {
    const ids = places.map(({ key }) => key[1]!);
    if (!(await purgeFromThread(context, { postId, threadId }, ids))) return false;
  }
  return listed.length < removalsMax;
}

async function purgeFromThread(
  context: CommentsContext,
  { postId, threadId }: Pick<Comment, 'postId' | 'threadId'>,
  ids: readonly Id[],
): Promise<boolean> {
  const { records } = context;
  const keys = ids.map((id) => keyOf({ postId, threadId, id }));
  const rows = (await records.getMany(commentsByThread, keys)).filter((row) => row !== undefined);
  // Revisions first: once the row is gone nothing leads to them.
  for (const { key, value } of rows) {
    if (value.editedAtMs !== null && !(await purgeCommentRevisions(context, key[2]!))) return false;
  }
  const then = rows.flatMap(({ key, value: { authorId, parentId } }): Write[] => {
    const id = key[2]!;
    return [
      write.remove(commentsByUser, [authorId, id]),
      ...(parentId === null ? [] : [write.remove(commentReplies, [postId, parentId, id])]),
    ];
  });
  const places = ids.flatMap((id) => [
    write.remove(commentsByPost, [postId, id]),
    write.remove(commentPlaces, [id]),
  ]);
  const { ok } = await records.commit({
    decide: rows.map(({ key, version }) => write.remove(commentsByThread, key, version)),
    then: [...then, ...places],
    hints: [{ kind: 'comment.purged', key: postId, data: { postId } }],
  });
  return ok;
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
