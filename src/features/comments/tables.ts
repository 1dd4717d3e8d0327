import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';

export interface CommentRow {
  parentId: Id | null;
  authorId: Id;
  /** The author of the post. */
  postAuthorId: Id;
  /** The author of the parent. */
  repliesToId: Id | null;
  /** Empty once deleted. */
  text: string;
  /** Accounts named with `@` that existed when it was written. */
  mentions: Id[];
  /** 0 for a comment on the post itself. */
  depth: number;
  /** Replies to this very comment that still stand, deleted ones with replies included. */
  replies: number;
  createdAtMs: number;
  editedAtMs: number | null;
  /** Only a comment with replies stays when it is deleted. */
  deletedAtMs: number | null;
  /** The client's own word on when it was made, kept beside ours. */
  clientTime: string | null;
}

/**
 * The truth. A thread is a comment on the post itself with everything below it: replies are decided together with what
 * they reply to, and different threads of a post that many talk about need not take turns.
 */
export const commentsByThread = defineTable<CommentRow>('comments_by_thread', {
  partition: ['post_id', 'thread_id'],
  clustering: ['comment_id'],
  wide: true,
});

/** In which thread a comment is, which is named for its first comment. */
interface InThread {
  threadId: Id;
}

/** Ids sort by time, so a post's comments stand oldest first. */
export const commentsByPost = defineTable<InThread>('comments_by_post', {
  partition: ['post_id'],
  clustering: ['comment_id'],
  kind: 'plain',
  wide: true,
});

/** Where a comment is. */
export const commentPlaces = defineTable<InThread & { postId: Id }>('comments', {
  partition: ['id'],
  kind: 'plain',
});

export const commentReplies = defineTable<InThread>('comment_replies', {
  partition: ['post_id'],
  clustering: ['parent_id', 'comment_id'],
  kind: 'plain',
  wide: true,
});

export const commentsByUser = defineTable<{ postId: Id }>('comments_by_user', {
  partition: ['user_id'],
  clustering: ['comment_id'],
  kind: 'plain',
  wide: true,
});

export const commentRevisions = defineTable<{ text: string; writtenAtMs: number }>('comment_revisions', {
  partition: ['comment_id'],
  clustering: ['revision_id'],
  kind: 'plain',
});
