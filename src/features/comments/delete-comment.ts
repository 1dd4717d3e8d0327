import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, notFound } from '../../lib/refusal.ts';
import { type CommitResult, type Write, write } from '../../ports/records/records.ts';
import { conversationWrites } from '../engagement/index.ts';
import { postCounts } from '../posts/index.ts';
import { enqueuePurge } from '../purging/index.ts';
import { addressee, type Comment, type FoundComment, found, keyOf, rowOf } from './comment.ts';
import {
  busy,
  type CommentsContext,
  commentHints,
  commitAttemptsMax,
  findComment,
  requireVisibleComment,
} from './context.ts';
import { commentPlaces, commentReplies, commentsByPost, commentsByThread, commentsByUser } from './tables.ts';

/** By its author, the post's author, or an administrator. Its text is gone at once. */
export async function deleteComment(context: CommentsContext, principal: Principal, id: Id): Promise<void> {
  const stands = await findComment(context, id);
  if (!stands || stands.comment.deletedAtMs !== null) throw notFound();
  const { authorId, postAuthorId } = stands.comment;
  if (![authorId, postAuthorId].includes(principal.userId) && !principal.isAdmin) {
    await requireVisibleComment(context, principal, id);
    throw forbidden('Only its author, or the author of the post, can delete a comment.');
  }
  if (!(await eraseComment(context, id))) throw notFound();
}

/**
 * Takes a comment away: one with replies stays without its text, one without vanishes, and with it each deleted
 * comment above that has no other reply. False where it is gone already.
 */
export function eraseComment(context: CommentsContext, id: Id): Promise<boolean> {
  return context.lock.run(id, async () => {
    for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
      const stands = await findComment(context, id);
      if (!stands || stands.comment.deletedAtMs !== null) return false;
      const { comment } = stands;
      const result = comment.replies > 0 ? await blank(context, stands) : await remove(context, stands);
      context.posts.forgetCounts(comment.postId);
      if (result.ok) return true;
    }
    throw busy();
  });
}

/** What a live comment leaves in other tables, taken back. */
function mirrorsOfLive({ ids }: CommentsContext, comment: Comment): Write[] {
  const { id, postId, authorId, editedAtMs, createdAtMs } = comment;
  const writes = [
    write.remove(commentsByUser, [authorId, id]),
    write.add(postCounts, [postId], { comments: -1 }),
    ...conversationWrites(authorId, addressee(comment), -1, createdAtMs),
  ];
  if (editedAtMs !== null) writes.push(enqueuePurge('comment', ids.next(), id));
  return writes;
}

function blank(context: CommentsContext, { comment, version }: FoundComment): Promise<CommitResult> {
  const blanked: Comment = {
    ...comment,
    text: '',
    mentions: [],
    clientTime: null,
    deletedAtMs: context.clock.nowMs(),
  };
  const then = mirrorsOfLive(context, comment);
  return context.records.commit({
    decide: [write.replace(commentsByThread, keyOf(comment), rowOf(blanked), version)],
    then,
    hints: commentHints(comment),
  });
}

/** Comments that leave in one commit, four rows each, beside the lowest one's mirrors and the parent's row. */
const leavingMax = 12;

/**
 * Removes the rows, each the parent of the one before it, and tells the parent of the last, in one decision, so
 * that the parent's number of replies is exact. A deleted parent whose last reply goes leaves with it. Only in a
 * chain of more than `leavingMax` the rest goes by a commit of its own: a crash between the two leaves a deleted
 * comment without replies, which no list shows.
 */
async function remove(context: CommentsContext, ...leaving: FoundComment[]): Promise<CommitResult> {
  const { postId, threadId, parentId } = leaving.at(-1)!.comment;
  if (parentId === null) return commitRemoval(context, leaving, undefined);
  return context.lock.run(parentId, async () => {
    const row = await context.records.get(commentsByThread, keyOf({ postId, threadId, id: parentId }));
    const parent = row && found(row);
    const isAbandoned = parent && parent.comment.deletedAtMs !== null && parent.comment.replies === 1;
    if (isAbandoned && leaving.length < leavingMax) return remove(context, ...leaving, parent);
    const result = await commitRemoval(context, leaving, parent);
    if (result.ok && isAbandoned) await removeAbandoned(context, parent.comment);
    return result;
  });
}

/** Removes a deleted comment whose last reply went, again if another process changed what is above it. */
async function removeAbandoned(context: CommentsContext, comment: Comment): Promise<void> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await context.records.get(commentsByThread, keyOf(comment));
    if (!row || row.value.deletedAtMs === null || row.value.replies > 0) return;
    if ((await remove(context, found(row))).ok) return;
  }
}

function commitRemoval(
  context: CommentsContext,
  leaving: readonly FoundComment[],
  parent: FoundComment | undefined,
): Promise<CommitResult> {
  const { comment: lowest } = leaving[0]!;
  const { postId } = lowest;
  const decide: Write[] = [];
  const then = lowest.deletedAtMs === null ? mirrorsOfLive(context, lowest) : [];
  for (const { comment, version } of leaving) {
    decide.push(write.remove(commentsByThread, keyOf(comment), version));
    then.push(write.remove(commentsByPost, [postId, comment.id]), write.remove(commentPlaces, [comment.id]));
    if (comment.parentId !== null) {
      then.push(write.remove(commentReplies, [postId, comment.parentId, comment.id]));
    }
  }
  if (parent) {
    const left = { ...rowOf(parent.comment), replies: parent.comment.replies - 1 };
    decide.push(write.replace(commentsByThread, keyOf(parent.comment), left, parent.version));
  }
  const above = leaving.slice(1).flatMap(({ comment }) => commentHints(comment).slice(0, 1));
  return context.records.commit({ decide, then, hints: [...commentHints(lowest), ...above] });
}
