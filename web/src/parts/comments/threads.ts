import type { Comment } from '../../../../sdk/schema.ts';

export interface Thread {
  comment: Comment;
  replies: Thread[];
}

/** The flat list as a tree, oldest first at each depth. A reply whose parent is not there yet stands by itself. */
export function threadsOf(comments: readonly Comment[]): Thread[] {
  const byId = new Map(comments.map((comment) => [comment.id, { comment, replies: [] as Thread[] }]));
  const roots: Thread[] = [];
  for (const thread of byId.values()) {
    const parent = thread.comment.parentId === null ? undefined : byId.get(thread.comment.parentId);
    (parent?.replies ?? roots).push(thread);
  }
  return roots;
}
