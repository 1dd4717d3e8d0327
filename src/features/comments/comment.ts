import type { Id } from '../../lib/ids.ts';
import type { Row } from '../../ports/records/records.ts';
import type { CommentRow } from './tables.ts';

export const commentBytesMax = 10_000;
/** How deep replies to replies may go. */
export const depthMax = 50;

export interface Comment extends CommentRow {
  id: Id;
  postId: Id;
}

/** A comment with what a conditional write needs. */
export interface FoundComment {
  comment: Comment;
  version: number;
}

export function found({ key, value, version }: Row<CommentRow>): FoundComment {
  return { comment: { ...value, postId: key[0]!, id: key[1]! }, version };
}

/** Whom it speaks to: the parent's author, or the post's. */
export const addressee = ({ repliesToId, postAuthorId }: Comment): Id => repliesToId ?? postAuthorId;

/** What is stored: ids are in the key. */
export function rowOf({ id: _id, postId: _postId, ...row }: Comment): CommentRow {
  return row;
}
