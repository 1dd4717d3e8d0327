import type { Id } from '../../lib/ids.ts';
import { createKeyedLock } from '../../lib/keyed-lock.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { shortUser } from '../accounts/index.ts';
import { type Comment, found, keyOf } from './comment.ts';
import { type CommentsContext, type CommentsDeps, type Page, requireVisibleComment } from './context.ts';
import { createComment, type NewComment } from './create-comment.ts';
import { deleteComment, eraseComment } from './delete-comment.ts';
import { editComment } from './edit-comment.ts';
import { type CommentsPage, type CommentView, listCommentRevisions, listComments } from './list-comments.ts';
import { eraseCommentsOf, purgeCommentRevisions, purgeCommentsOfPost } from './remove-comments.ts';
import { commentPlaces, commentsByThread } from './tables.ts';

/** Each operation's file says what it does and refuses. */
export interface Comments {
  create(principal: Principal, input: NewComment, claim?: IdempotencyClaim): Promise<Comment>;
  edit(principal: Principal, id: Id, input: { comment: string }): Promise<Comment>;
  delete(principal: Principal, id: Id): Promise<void>;
  list(
    viewer: Principal | null,
    postId: Id,
    page: Page & { parentId?: Id | undefined },
  ): Promise<CommentsPage>;
  revisions(
    viewer: Principal | null,
    id: Id,
    page: Page,
  ): Promise<{ items: { id: Id; text: string; writtenAtMs: number }[]; nextCursor: string | null }>;
  /** The comment, not deleted, if this viewer may see it; throws `not-found` otherwise. */
  requireVisible(viewer: Principal | null, id: Id): Promise<Comment>;
  /** Whatever its state, in the order of the ids; undefined where there is none (any more). At most 1000. */
  byIds(ids: readonly Id[]): Promise<(Comment | undefined)[]>;
  /** With its author, who wrote it just now. */
  presentOwn(comment: Comment): Promise<CommentView>;
  /** Takes a comment away, whoever's; false where it is gone already. */
  erase(id: Id): Promise<boolean>;
  /** For janitors: see remove-comments.ts. */
  purgeOfPost(postId: Id): Promise<boolean>;
  purgeRevisions(id: Id): Promise<boolean>;
  eraseOf(userId: Id): Promise<boolean>;
}

export function createComments(deps: CommentsDeps): Comments {
  const context: CommentsContext = { ...deps, lock: createKeyedLock() };
  const { records, accounts } = deps;
  return {
    create: (principal, input, claim) => createComment(context, principal, input, claim),
    edit: (principal, id, input) => editComment(context, principal, id, input),
    delete: (principal, id) => deleteComment(context, principal, id),
    list: (viewer, postId, page) => listComments(context, viewer, postId, page),
    revisions: (viewer, id, page) => listCommentRevisions(context, viewer, id, page),
    requireVisible: async (viewer, id) => (await requireVisibleComment(context, viewer, id)).comment,
    async byIds(ids) {
      const places = await records.getMany(
        commentPlaces,
        ids.map((id) => [id]),
      );
      const keys = places.flatMap((place) => (place ? [keyOf({ ...place.value, id: place.key[0]! })] : []));
      const rows = await records.getMany(commentsByThread, keys);
      const byId = new Map(rows.flatMap((row) => (row ? [[row.key[2]!, found(row).comment]] : [])));
      return ids.map((id) => byId.get(id));
    },
    async presentOwn(comment) {
      const [author] = await accounts.getMany([comment.authorId]);
      return { comment, author: author ? shortUser(author) : null };
    },
    erase: (id) => eraseComment(context, id),
    purgeOfPost: (postId) => purgeCommentsOfPost(context, postId),
    purgeRevisions: (id) => purgeCommentRevisions(context, id),
    eraseOf: (userId) => eraseCommentsOf(context, userId),
  };
}
