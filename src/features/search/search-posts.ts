import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { type Id, isId } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { hitsMax, type PostHit, type PostMatch, type RankedWindow } from '../../ports/search/search.ts';
import type { PostCard } from '../posts/index.ts';
import type { SearchDeps } from './context.ts';
import { parseQuery } from './parse-query.ts';

const cursorKind = 'search-posts';
/** Windows of hidden posts that one read goes through. */
const windowsMax = 50;

/** Where a page ended: in which window, after which hit, and the moment that recency counts from. */
interface Place {
  window: RankedWindow;
  score: number;
  feedKey: Id;
  nowMs: number;
}

interface Row {
  hit: PostHit;
  window: RankedWindow;
}

/**
 * Posts that hold everything the query asks for and that this viewer may see, as texts of JSON. New posts stand
 * above the first page's window, so they move nothing on the pages that follow.
 */
export async function searchPosts(
  deps: SearchDeps,
  principal: Principal,
  { q, limit, cursor }: { q: string; limit: number; cursor?: string | undefined },
): Promise<{ items: string[]; nextCursor: string | null }> {
  const [encoded] = decodeCursor(cursorKind, cursor, 1) ?? [];
  const start = encoded === undefined ? undefined : decodePlace(encoded);
  const match = await matchOf(deps, q);
  if (!match) return { items: [], nextCursor: null };
  const nowMs = start?.nowMs ?? deps.clock.nowMs();
  const viewer = await deps.graph.viewer(principal.userId);
  const page = await fillPage<Row, PostCard>({
    limit,
    from: encoded,
    read: (from, count) => readRows(deps, { ...match, viewerId: principal.userId, nowMs }, from, count),
    show: async (rows) => {
      const cards = await deps.posts.cardsById(rows.map(({ hit }) => hit.id));
      const found = cards.filter((card) => card !== undefined);
      const visible = await deps.posts.visible(viewer, found);
      const shown = new Set(found.filter((_, i) => visible[i]));
      return cards.map((card) => (card && shown.has(card) ? card : undefined));
    },
    keyOf: ({ hit, window }) => encodePlace({ window, score: hit.score, feedKey: hit.feedKey, nowMs }),
  });
  return {
    items: await deps.posts.present(principal.userId, page.items),
    nextCursor: page.next === null ? null : encodeCursor(cursorKind, [page.next]),
  };
}

async function matchOf({ accounts }: SearchDeps, q: string): Promise<PostMatch | undefined> {
  const { terms, hashtags, handles } = parseQuery(q);
  if (terms.length + hashtags.length + handles.length === 0 || handles.length > 1) return undefined;
  const [handle] = handles;
  if (handle === undefined) return { terms, hashtags };
  const author = await accounts.findByUsername(handle);
  return author && { terms, hashtags, authorId: author.id };
}

/** The next rows in order, through as many windows as it takes. */
async function readRows(
  { index }: SearchDeps,
  query: PostMatch & { viewerId: Id; nowMs: number },
  from: string | undefined,
  count: number,
): Promise<Row[]> {
  const place = from === undefined ? undefined : decodePlace(from);
  let next: { window?: RankedWindow; after?: { score: number; feedKey: Id }; below?: Id } = place
    ? { window: place.window, after: place }
    : {};
  const rows: Row[] = [];
  for (let windows = 0; rows.length < count && windows < windowsMax; windows++) {
    const limit = Math.min(hitsMax, count - rows.length);
    const { hits, window } = await index.posts({ ...query, ...next, limit });
    for (const hit of hits) rows.push({ hit, window });
    if (window.isLast && hits.length < limit) break;
    if (hits.length < limit) next = { below: window.floor };
    else next = { window, after: hits.at(-1)! };
  }
  return rows;
}

const encodePlace = ({ window, score, feedKey, nowMs }: Place): string =>
  JSON.stringify([window.top, window.floor, window.isLast, score, feedKey, nowMs]);

function decodePlace(encoded: string): Place {
  try {
    const [top, floor, isLast, score, feedKey, nowMs] = JSON.parse(encoded) as unknown[];
    const isWhole =
      [top, floor, feedKey].every(isId) &&
      typeof isLast === 'boolean' &&
      [score, nowMs].every(Number.isFinite);
    if (isWhole) {
      const window = { top, floor, isLast } as RankedWindow;
      return { window, score: Number(score), feedKey: String(feedKey), nowMs: Number(nowMs) };
    }
  } catch {
    // Falls through to the refusal.
  }
  throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
}
