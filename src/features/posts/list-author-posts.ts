import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid, notFound } from '../../lib/refusal.ts';
import type { PostsContext } from './context.ts';
import type { PostCard } from './index.ts';

const cursorKind = 'posts-of-author';

export interface Page {
  limit: number;
  cursor?: string | undefined;
}

export interface AuthorPage extends Page {
  /** Only posts with photos or videos. */
  hasMedia?: boolean | undefined;
}

/** An author's posts, newest first, as far as the viewer may see them. `reference` is an id or `@username`. */
export async function listAuthorPosts(
  { accounts, graph, reads }: PostsContext,
  viewer: Principal | null,
  reference: string,
  { limit, cursor, hasMedia = false }: AuthorPage,
): Promise<{ items: PostCard[]; nextCursor: string | null }> {
  const author = await accounts.resolve(reference);
  const viewerGraph = viewer && (await graph.viewer(viewer.userId));
  if (!author || viewerGraph?.blocked.has(author.id)) throw notFound();
  const from = decodeCursor(cursorKind, cursor, 1)?.[0];
  if (from !== undefined && !isId(from)) throw invalid('cursor', 'This cursor is not from this list.');

  const isOutside = viewer?.userId !== author.id && !viewerGraph?.following.has(author.id);
  if (author.isPrivate && isOutside) return { items: [], nextCursor: null };
  const { items, next } = await fillPage({
    limit,
    from,
    read: (before, count) => reads.listByAuthor(author.id, { before, limit: count, hasMedia }),
    async show(rows) {
      const cards = await reads.cards(rows.map(({ feedKey }) => ({ authorId: author.id, feedKey })));
      const present = cards.filter((card) => card !== undefined);
      const seen = await reads.visible(viewerGraph, present);
      const visible = new Set(present.filter((_, i) => seen[i]));
      return cards.map((card) => (card && visible.has(card) ? card : undefined));
    },
    keyOf: ({ feedKey }) => feedKey,
  });
  return { items, nextCursor: next === null ? null : encodeCursor(cursorKind, [next]) };
}
