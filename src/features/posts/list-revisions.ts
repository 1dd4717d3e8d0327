import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { PostsContext } from './context.ts';
import type { Page } from './list-author-posts.ts';
import type { Post } from './post.ts';
import { type PostRevision, postRevisions } from './tables.ts';

const cursorKind = 'post-revisions';

/**
 * What a post said before, newest first. Others than its author are shown only what was meant for an audience
 * at least as wide as today's way in: a version kept to oneself stays so when the post is opened up later.
 */
export async function listRevisions(
  { records, graph, reads }: PostsContext,
  viewer: Principal | null,
  postId: Id,
  { limit, cursor }: Page,
): Promise<{ items: (PostRevision & { id: Id })[]; nextCursor: string | null }> {
  const post = await reads.requireVisible(viewer, postId);
  const isFollower = viewer !== null && (await graph.viewer(viewer.userId)).following.has(post.authorId);
  const { items, next } = await fillPage({
    limit,
    from: decodeCursor(cursorKind, cursor, 1)?.[0],
    read: (before, count) => records.list(postRevisions, [postId], { reverse: true, before, limit: count }),
    show: async (rows) =>
      rows.map(({ key, value }) =>
        mayRead(viewer, post, isFollower, value) ? { id: key[1]!, ...value } : undefined,
      ),
    keyOf: ({ key }) => key[1]!,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}

function mayRead(
  viewer: Principal | null,
  post: Post,
  isFollower: boolean,
  { visibility }: PostRevision,
): boolean {
  if (viewer?.userId === post.authorId || visibility === 'public') return true;
  return visibility === 'followers' && isFollower;
}
