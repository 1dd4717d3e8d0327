export { type Comment, commentBytesMax } from './comment.ts';
export { type Comments, createComments } from './comments.ts';
export type { CommentsDeps } from './context.ts';
export type { NewComment } from './create-comment.ts';
export type { CommentView } from './list-comments.ts';
export { commentJson, commentSchema } from './present-comment.ts';
export { commentsByPost, commentsByThread, commentsByUser } from './tables.ts';

/**
 * Hints: `comment.changed` {postId, commentId, authorId, userId, parentId, repliesToId}, key the post author's id,
 * `userId` who wrote the comment, `repliesToId` the parent's author; with it, where the number changed, `counts.changed`. `comment.purged` {commentId?, postId?}: deleted
 * text is gone for good.
 */
export type CommentHintKind = 'comment.changed' | 'comment.purged';
