import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { invalid } from '../../lib/refusal.ts';
import type { SearchDeps } from './context.ts';
import { hashtagPrefix, queryCharactersMax } from './parse-query.ts';

const cursorKind = 'search-hashtags';

/** Hashtags of posts for everyone that begin so, the whole one first, then the most used. */
export async function searchHashtags(
  { index }: SearchDeps,
  { q, limit, cursor }: { q: string; limit: number; cursor?: string | undefined },
): Promise<{ items: { hashtag: string; posts: number }[]; nextCursor: string | null }> {
  const parts = decodeCursor(cursorKind, cursor, 2);
  if (parts && !Number.isSafeInteger(Number(parts[0])))
    throw invalid('cursor', 'This cursor is not from this list.');
  if (q.trim() === '' || q.length > queryCharactersMax) {
    throw invalid('q', `Say what to look for, in at most ${queryCharactersMax} characters.`);
  }
  const prefix = hashtagPrefix(q);
  if (prefix === undefined) return { items: [], nextCursor: null };
  const after = parts && { rank: Number(parts[0]), hashtag: parts[1]! };
  const hits = await index.hashtags({ prefix, after, limit: limit + 1 });
  const items = hits.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ hashtag, posts }) => ({ hashtag, posts })),
    nextCursor:
      hits.length > limit && last ? encodeCursor(cursorKind, [String(last.rank), last.hashtag]) : null,
  };
}
