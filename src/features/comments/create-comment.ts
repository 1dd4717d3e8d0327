import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, invalid, notFound } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { type CommitResult, write } from '../../ports/records/records.ts';
import { conversationWrites } from '../engagement/index.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import { postCounts, resolveMentions } from '../posts/index.ts';
import {
  addressee,
  type Comment,
  commentBytesMax,
  depthMax,
  type FoundComment,
  found,
  keyOf,
  rowOf,
} from './comment.ts';
import {
  busy,
  type CommentsContext,
  commentHints,
  commitAttemptsMax,
  findComment,
  isShown,
} from './context.ts';
import { commentPlaces, commentReplies, commentsByPost, commentsByThread, commentsByUser } from './tables.ts';

export interface NewComment {
  postId: Id;
  comment: string;
  parentId?: Id | undefined;
  /** Where given, must be the caller. */
  userId?: string | undefined;
  /** The client's own word on when it was made; kept, never used. */
  clientTime?: string | undefined;
}

const clientTimeCharactersMax = 64;

/** Comments on a post one may see, or replies to a comment under it. Answers the same comment to the same claim. */
export async function createComment(
  context: CommentsContext,
  principal: Principal,
  input: NewComment,
  claim?: IdempotencyClaim,
): Promise<Comment> {
  const { postId, parentId, userId, clientTime } = input;
  if (userId !== undefined && userId !== principal.userId)
    throw forbidden('You can only comment as yourself.');
  const rules = { field: 'comment', bytesMin: 1, bytesMax: commentBytesMax, multiline: true };
  const text = cleanText(input.comment, rules);
  const card = await context.posts.requireVisibleCard(principal, postId);
  const mentions = await resolveMentions(context, principal.userId, text);
  const draft: Draft = {
    postId,
    parentId: parentId ?? null,
    authorId: principal.userId,
    postAuthorId: card.authorId,
    repliesToId: null,
    text,
    mentions,
    clientTime: clientTime?.slice(0, clientTimeCharactersMax) ?? null,
  };
  if (parentId === undefined) return commitUnder(context, undefined, draft, claim);
  return context.lock.run(parentId, async () => {
    const parent = await requireParent(context, principal, postId, parentId);
    return commitUnder(context, parent, { ...draft, repliesToId: parent.comment.authorId }, claim);
  });
}

type Draft = Pick<
  Comment,
  'postId' | 'parentId' | 'authorId' | 'postAuthorId' | 'repliesToId' | 'text' | 'mentions' | 'clientTime'
>;

/** The comment to reply to: under the same post, not deleted, and visible to whoever replies. */
async function requireParent(
  { records, accounts, graph }: CommentsContext,
  principal: Principal,
  postId: Id,
  parentId: Id,
): Promise<FoundComment> {
  const place = (await records.get(commentPlaces, [parentId]))?.value;
  const isHere = place?.postId === postId;
  const row = isHere ? await records.get(commentsByThread, keyOf({ ...place, id: parentId })) : undefined;
  const [viewer, [author]] = await Promise.all([
    graph.viewer(principal.userId),
    accounts.getMany(row ? [row.value.authorId] : []),
  ]);
  if (!row || row.value.deletedAtMs !== null || !isShown(viewer, author)) {
    throw invalid('parentId', 'There is no such comment under this post any more.');
  }
  if (row.value.depth >= depthMax) throw invalid('parentId', 'Replies go no deeper here.');
  return found(row);
}

async function commitUnder(
  context: CommentsContext,
  parent: FoundComment | undefined,
  draft: Draft,
  claim: IdempotencyClaim | undefined,
): Promise<Comment> {
  let under = parent;
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const nowMs = context.clock.nowMs();
    // Minted anew for each attempt: readers page by id, so none may appear below those that stand.
    const id = context.ids.next();
    const comment: Comment = {
      ...draft,
      id,
      threadId: under?.comment.threadId ?? id,
      depth: under ? under.comment.depth + 1 : 0,
      replies: 0,
      createdAtMs: nowMs,
      editedAtMs: null,
      deletedAtMs: null,
    };
    const result = await commitComment(context, under, comment, claim);
    context.posts.forgetCounts(draft.postId);
    if (result.ok) return comment;
    const earlierId = replayedResult(result, claim);
    if (earlierId !== undefined) return replayed(context, earlierId);
    const row = under && (await context.records.get(commentsByThread, keyOf(under.comment)));
    if (!row || row.value.deletedAtMs !== null) {
      throw invalid('parentId', 'There is no such comment under this post any more.');
    }
    under = found(row);
  }
  throw busy();
}

async function replayed(context: CommentsContext, id: Id): Promise<Comment> {
  const earlier = (await findComment(context, id))?.comment;
  if (!earlier || earlier.deletedAtMs !== null) throw notFound('This comment was deleted meanwhile.');
  return earlier;
}

function commitComment(
  { records }: CommentsContext,
  parent: FoundComment | undefined,
  comment: Comment,
  claim: IdempotencyClaim | undefined,
): Promise<CommitResult> {
  const { id, postId, threadId, authorId } = comment;
  const decide = [write.insert(commentsByThread, keyOf(comment), rowOf(comment))];
  const then = [
    write.put(commentsByPost, [postId, id], { threadId }),
    write.put(commentPlaces, [id], { postId, threadId }),
    write.put(commentsByUser, [authorId, id], { postId }),
    write.add(postCounts, [postId], { comments: 1 }),
    ...conversationWrites(authorId, addressee(comment), 1, comment.createdAtMs),
  ];
  if (parent) {
    const answered = { ...rowOf(parent.comment), replies: parent.comment.replies + 1 };
    decide.push(write.replace(commentsByThread, keyOf(parent.comment), answered, parent.version));
    then.push(write.put(commentReplies, [postId, parent.comment.id, id], { threadId }));
  }
  return records.commit({
    claims: claimWrites(claim, id, comment.createdAtMs),
    decide,
    then,
    hints: commentHints(comment),
  });
}
