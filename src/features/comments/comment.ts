import type { Id } from '../../lib/ids.ts';
import type { Row } from '../../ports/records/records.ts';
import type { CommentRow } from './tables.ts';

export const commentBytesMax = 10_000;
/** How deep replies to replies may go. */
export const depthMax = 50;

export interface Comment extends CommentRow {
  id: Id;
  postId: Id;
  /** The comment on the post itself that it is below, or is. */
  threadId: Id;
}

/** A comment with what a conditional write needs. */
export interface FoundComment {
  comment: Comment;
  version: number;
}

export function found({ key, value, version }: Row<CommentRow>): FoundComment {
  return { comment: { ...value, postId: key[0]!, threadId: key[1]!, id: key[2]! }, version };
}

/** Whom it speaks to: the parent's author, or the post's. */
export const addressee = ({ repliesToId, postAuthorId }: Comment): Id => repliesToId ?? postAuthorId;

/** What is stored: ids are in the key. */
export function rowOf({ id: _id, postId: _postId, threadId: _threadId, ...row }: Comment): CommentRow {
  return row;
}

/** Its key among `commentsByThread`. */
export const keyOf = ({ postId, threadId, id }: Pick<Comment, 'postId' | 'threadId' | 'id'>) => [
  postId,
  threadId,
  id,
];
