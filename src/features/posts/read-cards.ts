import type { Id } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import type { Cache } from '../../ports/cache/cache.ts';
import type { Records } from '../../ports/records/records.ts';
import { cardOf, decodeCard, encodeCard, goneText } from './card.ts';
import type { PostMedia } from './context.ts';
import type { PostCard, PostPlace } from './index.ts';
import type { Post } from './post.ts';
import { posts, postsByAuthor } from './tables.ts';

/**
 * Cards through the cache. A card stands under its post's id and under its feed key: both are minted by one
 * source, so they never collide, and for most posts they are the same.
 */
export interface CardReader {
  byPlace(places: readonly PostPlace[]): Promise<(PostCard | undefined)[]>;
  byId(ids: readonly Id[]): Promise<(PostCard | undefined)[]>;
  /** Forgets what is cached of a post. */
  forget(id: Id, feedKey: Id | null): void;
}

const cacheKey = (idOrFeedKey: Id) => `card:${idOrFeedKey}`;
const isLive = (post: Post | undefined): post is Post =>
  post !== undefined && post.state === 'published' && post.deletedAtMs === null;

export interface CardReaderDeps {
  records: Records;
  cache: Cache;
  media: Pick<PostMedia, 'texts'>;
  changes?: RecentChanges | undefined;
}

const noTexts: ReadonlyMap<Id, string> = new Map();

export function createCardReader({ records, cache, media, changes }: CardReaderDeps): CardReader {
  const getPosts = async (ids: readonly Id[]) =>
    (
      await records.getMany(
        posts,
        ids.map((id) => [id]),
      )
    ).map((row) => row?.value);

  /** The post behind each place: looked for by the feed key itself, which mostly is the id, then by the list. */
  const postsAt = async (places: readonly PostPlace[]) => {
    const found = await getPosts(places.map(({ feedKey }) => feedKey));
    const others = places.flatMap((place, i) => (found[i]?.feedKey === place.feedKey ? [] : [i]));
    if (others.length === 0) return found;
    const rows = await records.getMany(
      postsByAuthor,
      others.map((i) => [places[i]!.authorId, places[i]!.feedKey]),
    );
    const listed = others.filter((_, n) => rows[n] !== undefined);
    const postIds = rows.flatMap((row) => (row ? [row.value.postId] : []));
    const late = postIds.length > 0 ? await getPosts(postIds) : [];
    for (const i of others) found[i] = undefined;
    for (const [n, i] of listed.entries()) found[i] = late[n];
    return found;
  };

  const read = async <Ask>(
    asked: readonly Ask[],
    keys: string[],
    load: (missing: Ask[]) => Promise<(Post | undefined)[]>,
  ): Promise<(PostCard | undefined)[]> => {
    const { values, token } = await cache.getMany(keys);
    const cards = new Array<PostCard | undefined>(asked.length).fill(undefined);
    const missing: number[] = [];
    for (let i = 0; i < asked.length; i++) {
      const text = values[i];
      if (text === undefined) missing.push(i);
      else if (text !== goneText) cards[i] = decodeCard(text);
    }
    if (missing.length === 0) return cards;
    const loaded = await load(missing.map((i) => asked[i]!));
    const mediaIds = loaded.flatMap((post) => (isLive(post) ? post.mediaIds : []));
    const texts = mediaIds.length > 0 ? await media.texts(mediaIds) : noTexts;
    const fills: { key: string; value: string }[] = [];
    for (const [n, i] of missing.entries()) {
      const post = loaded[n];
      if (isLive(post)) cards[i] = cardOf(post, texts);
      // A post that never was is not remembered: anybody can ask for any id.
      if (post) fills.push({ key: keys[i]!, value: cards[i] ? encodeCard(cards[i]) : goneText });
    }
    cache.fill(fills, token);
    return cards;
  };

  return {
    async byPlace(places) {
      const keys = places.map(({ feedKey }) => cacheKey(feedKey));
      const cards = await read(places, keys, postsAt);
      return cards.map((card, i) => {
        const { authorId, feedKey } = places[i]!;
        return card?.authorId === authorId && card.feedKey === feedKey ? card : undefined;
      });
    },
    async byId(ids) {
      const cards = await read(ids, ids.map(cacheKey), getPosts);
      return cards.map((card, i) => (card?.id === ids[i] ? card : undefined));
    },
    forget(id, feedKey) {
      const names = feedKey === null || feedKey === id ? [id] : [id, feedKey];
      cache.invalidate(names.map(cacheKey));
      for (const name of names) changes?.record(name);
    },
  };
}
