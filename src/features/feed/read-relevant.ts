import { LRUCache } from 'lru-cache';
import { type Id, idFromNumber, idToNumber } from '../../lib/ids.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { PostCard } from '../posts/index.ts';
import type { FeedContext } from './context.ts';
import { examinedMax, type Keys } from './feed.ts';
import { noteRead } from './note-read.ts';
import { readVisible, visibleCards } from './pipeline.ts';
import { type RankedCard, rankCards } from './rank-candidates.ts';
import type { PageRequest } from './read-recent.ts';
import { type ReasonCode, reasonJson } from './reason.ts';
import { decodePosition, encodePosition, type RankedStretch } from './relevance-cursor.ts';
import { chooseSalt, markOf, rankedMax } from './shown-set.ts';
import { Skeleton } from './skeleton.ts';

/** An order once worked out, by key. */
interface FrozenEntry {
  key: number;
  authorId: Id;
  reason: ReasonCode | undefined;
}

const frozenListsMax = 2000;

/** Orders that readers are paging through. */
export class FrozenLists {
  readonly #lists = new LRUCache<string, readonly FrozenEntry[]>({
    maxSize: frozenListsMax,
    sizeCalculation: () => 1,
  });

  #name(readerId: Id, { top, bottom, salt }: RankedStretch): string {
    return `${readerId} ${top} ${bottom} ${salt}`;
  }
  get(readerId: Id, stretch: RankedStretch): readonly FrozenEntry[] | undefined {
    return this.#lists.get(this.#name(readerId, stretch));
  }
  set(readerId: Id, stretch: RankedStretch, list: readonly FrozenEntry[]): void {
    this.#lists.set(this.#name(readerId, stretch), list);
  }
  clear(): void {
    this.#lists.clear();
  }
}

/**
 * A page by relevance. The first page ranks the newest few hundred and freezes the order; cursors say which stretch
 * of the feed was ranked and what of it was shown. If the frozen order is gone, in another process or after a
 * restart, what was not shown is ranked anew: nothing is repeated or lost, only the order of the rest may differ.
 * Below the ranked stretch it goes on newest first.
 */
export async function readRelevant(
  context: FeedContext,
  viewer: ViewerGraph,
  { lists, limit, cursor, withoutRanking }: PageRequest & { lists: FrozenLists; withoutRanking?: boolean },
): Promise<string> {
  const position = decodePosition(cursor);
  if (position && 'below' in position) return readBelow(context, viewer, { limit, below: position.below });
  if (!position && withoutRanking)
    return readBelow(context, viewer, { limit, below: Number.POSITIVE_INFINITY });
  const { stretch, order, cards } = position
    ? await standingOrder(context, viewer, { lists, stretch: position.ranked })
    : await newOrder(context, viewer, lists);
  if (!position) noteRead(context, viewer, undefined);
  const { top, bottom, salt } = stretch;
  const { page, rest, shown } = await takeVisible(context, viewer, { order, stretch, limit, cards });
  if (rest || page.length === limit) {
    const isEnd = !rest && bottom === 0;
    return present(
      context,
      viewer,
      page,
      isEnd ? undefined : encodePosition({ ranked: { top, bottom, salt, shown } }),
    );
  }
  if (bottom === 0) return present(context, viewer, page, undefined);
  const below = await readVisible(context, viewer, { before: bottom, limit: limit - page.length });
  const others = below.cards.map((card) => ({ card, reason: undefined }));
  return present(context, viewer, [...page, ...others], belowCursor(below.next));
}

const belowCursor = (next: Id | undefined) =>
  next === undefined ? undefined : encodePosition({ below: idToNumber(next) });

async function readBelow(
  context: FeedContext,
  viewer: ViewerGraph,
  { limit, below }: { limit: number; below: number },
): Promise<string> {
  const { cards, next } = await readVisible(context, viewer, { before: below, limit });
  const page = cards.map((card) => ({ card, reason: undefined }));
  return present(context, viewer, page, belowCursor(next));
}

interface Order {
  stretch: RankedStretch;
  order: readonly FrozenEntry[];
  /** What the viewer may see of it, where it was looked at for this very page. */
  cards?: readonly PostCard[] | undefined;
}

/**
 * Of the newest few hundred, with a salt that tells them apart. Always ranked anew: what was published late may lie
 * within the same stretch.
 */
async function newOrder(context: FeedContext, viewer: ViewerGraph, lists: FrozenLists): Promise<Order> {
  const found = await new Skeleton(context, viewer, Number.POSITIVE_INFINITY).next(rankedMax);
  const { keys } = found;
  const bottom = keys.length < rankedMax ? 0 : keys.at(-1)!;
  const stretch = { top: keys[0] ?? 0, bottom, salt: chooseSalt(keys), shown: new Set<number>() };
  const cards = await visibleCards(context, viewer, found);
  return { stretch, order: await freeze(context, viewer, { lists, stretch, cards }), cards };
}

/** As it was frozen, or where that is gone, of everything in the stretch, shown or not. */
async function standingOrder(
  context: FeedContext,
  viewer: ViewerGraph,
  { lists, stretch }: { lists: FrozenLists; stretch: RankedStretch },
): Promise<Order> {
  const order = lists.get(viewer.userId, stretch);
  if (order) return { stretch, order };
  const skeleton = new Skeleton(context, viewer, stretch.top + 1);
  const cards: PostCard[] = [];
  for (let examined = 0; examined < examinedMax; examined += rankedMax) {
    const found = await skeleton.next(rankedMax);
    cards.push(...(await visibleCards(context, viewer, within(found, stretch))));
    if (found.keys.length < rankedMax || found.keys.at(-1)! <= stretch.bottom) break;
  }
  return { stretch, order: await freeze(context, viewer, { lists, stretch, cards }), cards };
}

/** Ranks; the order is kept for whoever else is paging through it. */
async function freeze(
  context: FeedContext,
  viewer: ViewerGraph,
  { lists, stretch, cards }: { lists: FrozenLists; stretch: RankedStretch; cards: readonly PostCard[] },
): Promise<readonly FrozenEntry[]> {
  const ranked = await rankCards(context, viewer.userId, cards);
  const list = ranked.map(({ card, reason }) => ({
    key: idToNumber(card.feedKey),
    authorId: card.authorId,
    reason,
  }));
  lists.set(viewer.userId, stretch, list);
  return list;
}

function within({ keys, authors }: Keys, { bottom }: RankedStretch): Keys {
  const wanted: Keys = { keys: [], authors: [] };
  for (let i = 0; i < keys.length; i++) {
    if (keys[i]! < bottom) continue;
    wanted.keys.push(keys[i]!);
    wanted.authors.push(authors[i]!);
  }
  return wanted;
}

interface Taken {
  page: RankedCard[];
  /** Something of the order is left after this page. */
  rest: boolean;
  shown: Set<number>;
}

/** The best that was not shown and may still be seen. */
async function takeVisible(
  context: FeedContext,
  viewer: ViewerGraph,
  { order, stretch: { salt, shown: before }, limit, cards: known }: Order & { limit: number },
): Promise<Taken> {
  const left = order.filter(({ key }) => !before.has(markOf(key, salt)));
  const shown = new Set(before);
  const page: RankedCard[] = [];
  let at = 0;
  while (at < left.length && page.length < limit) {
    const some = left.slice(at, at + limit - page.length);
    at += some.length;
    const keys = { keys: some.map(({ key }) => key), authors: some.map(({ authorId }) => authorId) };
    const found = known ?? (await visibleCards(context, viewer, keys));
    const cards = new Map(found.map((card) => [card.feedKey, card]));
    for (const { key, reason } of some) {
      const card = cards.get(idFromNumber(key));
      if (!card) continue;
      page.push({ card, reason });
      shown.add(markOf(key, salt));
    }
  }
  return { page, rest: at < left.length, shown };
}

async function present(
  { posts }: FeedContext,
  { userId }: ViewerGraph,
  page: readonly RankedCard[],
  next: string | undefined,
): Promise<string> {
  const texts = await posts.present(
    userId,
    page.map(({ card }) => card),
  );
  const items = texts.map((text, i) => {
    const reason = page[i]!.reason;
    return reason ? `{"post":${text},"reason":${reasonJson(reason)}}` : `{"post":${text}}`;
  });
  return pageText(items, next);
}

function pageText(items: readonly string[], next: string | undefined): string {
  return `{"items":[${items.join(',')}],"nextCursor":${next === undefined ? 'null' : `"${next}"`}}`;
}
