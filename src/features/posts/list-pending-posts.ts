import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import type { PostsContext } from './context.ts';
import type { PostsFeature } from './index.ts';
import type { Page } from './list-author-posts.ts';
import type { Post } from './post.ts';
import { unlistedPosts } from './tables.ts';

const cursorKind = 'pending-posts';

/** One's own posts that wait for their media, or have failed for one of them; newest first. */
export async function listPendingPosts(
  { records, reads }: Pick<PostsContext, 'records'> & { reads: Pick<PostsFeature, 'getMany'> },
  { userId }: Principal,
  { limit, cursor }: Page,
): Promise<{ items: Post[]; nextCursor: string | null }> {
  const from = decodeCursor(cursorKind, cursor, 1)?.[0];
  if (from !== undefined && !isId(from)) throw invalid('cursor', 'This cursor is not from this list.');
  const { items, next } = await fillPage({
    limit,
    from,
    read: (before, count) => records.list(unlistedPosts, [userId], { reverse: true, before, limit: count }),
    async show(rows) {
      const posts = await reads.getMany(rows.map(({ key }) => key[1]!));
      // Deleted ones stand in this list until they are purged.
      return posts.map((post) => (post?.feedKey === null && post.deletedAtMs === null ? post : undefined));
    },
    keyOf: ({ key }) => key[1]!,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}
