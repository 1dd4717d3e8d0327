import { Type } from 'typebox';
import { shortUserSchema } from '../posts/index.ts';
import type { CommentView } from './list-comments.ts';

const id = Type.String({ description: 'Sorts by time of creation.' });
const time = Type.String({ format: 'date-time' });

/** `Comment` of the interface. */
export const commentSchema = Type.Object(
  {
    id,
    postId: id,
    parentId: Type.Union([id, Type.Null()]),
    author: Type.Union([shortUserSchema, Type.Null()], { description: 'Null where the comment is deleted.' }),
    comment: Type.String(),
    replies: Type.Integer({ description: 'Replies to this very comment.' }),
    createdAt: time,
    editedAt: Type.Union([time, Type.Null()]),
    deleted: Type.Optional(
      Type.Boolean({ description: 'True for one that stays, without its text, because it has replies.' }),
    ),
  },
  { description: 'A comment on a post, or a reply to one.' },
);

export function commentJson({ comment, author }: CommentView) {
  const { id, postId, parentId, text, replies, createdAtMs, editedAtMs, deletedAtMs } = comment;
  const isDeleted = deletedAtMs !== null;
  return {
    id,
    postId,
    parentId,
    author,
    comment: text,
    replies,
    createdAt: new Date(createdAtMs).toISOString(),
    editedAt: editedAtMs === null || isDeleted ? null : new Date(editedAtMs).toISOString(),
    ...(isDeleted ? { deleted: true } : {}),
  };
}
