import { type Id, idFromNumber } from '../../lib/ids.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { PostCard, PostPlace } from '../posts/index.ts';
import type { FeedContext } from './context.ts';
import { examinedMax, type Keys, stepMax } from './feed.ts';
import { follows } from './plan.ts';
import { Skeleton } from './skeleton.ts';

/** A few more than a page, so that one hidden post does not cost another round. */
const slack = 4;

/** Steps two and three: the cards of these keys that this viewer may see, in the same order. */
export async function visibleCards(
  { posts }: Pick<FeedContext, 'posts'>,
  viewer: ViewerGraph,
  { keys, authors }: Keys,
): Promise<PostCard[]> {
  const places: PostPlace[] = [];
  for (let i = 0; i < keys.length; i++) {
    const authorId = authors[i]!;
    if (follows(viewer, authorId)) places.push({ authorId, feedKey: idFromNumber(keys[i]!) });
  }
  if (places.length === 0) return [];
  const found = await posts.cards(places);
  const cards: PostCard[] = [];
  for (const card of found) if (card) cards.push(card);
  const seen = await posts.visible(viewer, cards);
  for (let i = 0; i < seen.length; i++) if (!seen[i]) return cards.filter((_, at) => seen[at]);
  return cards;
}

export interface VisiblePage {
  cards: PostCard[];
  /** Where the next page begins, exclusive; undefined at the end. */
  next: Id | undefined;
  /** How many keys were looked at. */
  examined: number;
}

/**
 * A page of what the viewer may see below `before`, newest first: full unless it is the last. Goes on in growing
 * steps where much is hidden. `next` is the last key examined.
 */
export async function readVisible(
  context: FeedContext,
  viewer: ViewerGraph,
  { before, limit }: { before: number; limit: number },
): Promise<VisiblePage> {
  const begun = await beginPage(context, viewer, { before, limit });
  return finishPage(context, viewer, { begun, limit });
}

/** The first step of a page: the keys that are examined before any others. */
export interface BegunPage {
  skeleton: Skeleton;
  found: Keys;
}

export async function beginPage(
  context: FeedContext,
  viewer: ViewerGraph,
  { before, limit }: { before: number; limit: number },
): Promise<BegunPage> {
  const skeleton = new Skeleton(context, viewer, before);
  return { skeleton, found: await skeleton.next(limit + slack) };
}

export async function finishPage(
  context: FeedContext,
  viewer: ViewerGraph,
  { begun, limit }: { begun: BegunPage; limit: number },
): Promise<VisiblePage> {
  const { skeleton } = begun;
  const cards: PostCard[] = [];
  let examined = 0;
  let { found } = begun;
  for (let step = limit + slack; ; found = await skeleton.next(step)) {
    for (const card of await visibleCards(context, viewer, found)) cards.push(card);
    examined += found.keys.length;
    if (cards.length > limit) {
      cards.length = limit;
      return { cards, next: cards[limit - 1]!.feedKey, examined };
    }
    if (found.keys.length < step) return { cards, next: undefined, examined };
    if (cards.length === limit || examined >= examinedMax)
      return { cards, next: idFromNumber(found.keys.at(-1)!), examined };
    step = Math.min(stepMax, step * 2);
  }
}
