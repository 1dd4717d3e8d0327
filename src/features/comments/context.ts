import type { Id, IdSource } from '../../lib/ids.ts';
import type { KeyedLock } from '../../lib/keyed-lock.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Hint } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Account, AccountDirectory } from '../accounts/index.ts';
import type { Graph, ViewerGraph } from '../graph/index.ts';
import type { Posts } from '../posts/index.ts';
import { type Comment, type FoundComment, found, keyOf } from './comment.ts';
import { commentPlaces, commentsByThread } from './tables.ts';

export interface CommentsDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  accounts: Pick<AccountDirectory, 'getMany' | 'findByUsername'>;
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'requireVisibleCard' | 'forgetCounts'>;
}

/** What the operations of this feature share. */
export interface CommentsContext extends CommentsDeps {
  /** Held under a comment's id by whoever changes its row: many answer one comment at the same time. */
  lock: KeyedLock;
}

export const commitAttemptsMax = 8;
export const busy = () => new Refusal('conflict', 'This comment is being changed elsewhere. Try again.');

export interface Page {
  limit: number;
  cursor?: string | undefined;
}

export function commentHints(comment: Comment): Hint[] {
  const { id, postId, authorId, postAuthorId, parentId, repliesToId } = comment;
  const key = postAuthorId;
  return [
    {
      kind: 'comment.changed',
      key,
      data: { postId, commentId: id, authorId: postAuthorId, userId: authorId, parentId, repliesToId },
    },
    { kind: 'counts.changed', key, data: { postId, authorId: postAuthorId } },
  ];
}

/** Two reads, each by its whole key. */
export async function findComment({ records }: CommentsContext, id: Id): Promise<FoundComment | undefined> {
  const place = await records.get(commentPlaces, [id]);
  const row = place && (await records.get(commentsByThread, keyOf({ ...place.value, id })));
  return row && found(row);
}

/** Whether the rules let somebody see what that author writes under a post they see. */
export const isShown = (viewer: ViewerGraph | null, author: Account | undefined): boolean =>
  author?.state === 'active' && !viewer?.blocked.has(author.id);

/** The comment, not deleted, if this viewer may see it; throws `not-found` otherwise. */
export async function requireVisibleComment(
  context: CommentsContext,
  viewer: Principal | null,
  id: Id,
): Promise<FoundComment> {
  const stands = await findComment(context, id);
  if (!stands || stands.comment.deletedAtMs !== null) throw notFound();
  const { postId, authorId } = stands.comment;
  const [, viewerGraph, [author]] = await Promise.all([
    context.posts.requireVisibleCard(viewer, postId),
    viewer && context.graph.viewer(viewer.userId),
    context.accounts.getMany([authorId]),
  ]);
  if (!isShown(viewerGraph, author)) throw notFound();
  return stands;
}
