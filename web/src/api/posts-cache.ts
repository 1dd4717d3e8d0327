/** The same post stands in many kept answers: feeds, profiles, searches, its own page. Changes reach all of them. */
import type { InfiniteData } from '@tanstack/react-query';
import type { FeedItem, Post } from '../../../sdk/schema.ts';
import { queryClient } from './query-client.ts';

type Item = FeedItem | Post;
export interface Page<Each> {
  items: Each[];
  nextCursor: string | null;
}
type Pages = InfiniteData<Page<Item>>;

/** First part of the key of every query whose answer holds posts. */
export const postsKey = 'posts';

const postOf = (item: Item): Post => ('post' in item ? item.post : item);
const withPost = (item: Item, post: Post): Item => ('post' in item ? { ...item, post } : post);
const isPages = (data: unknown): data is Pages =>
  typeof data === 'object' && data !== null && 'pages' in data && 'pageParams' in data;

function mapItems(data: Pages, change: (items: Item[]) => Item[]): Pages {
  let isChanged = false;
  const pages = data.pages.map((page) => {
    const items = change(page.items);
    if (items === page.items) return page;
    isChanged = true;
    return { ...page, items };
  });
  return isChanged ? { ...data, pages } : data;
}

/** Replaces the post wherever it stands. Costs what is kept, so it is for changes of single posts. */
export function changePost(id: string, change: (post: Post) => Post): void {
  queryClient.setQueriesData({ queryKey: [postsKey] }, (data: unknown) => {
    if (isPages(data)) {
      return mapItems(data, (items) =>
        items.some((item) => postOf(item).id === id)
          ? items.map((item) => (postOf(item).id === id ? withPost(item, change(postOf(item))) : item))
          : items,
      );
    }
    return data && (data as Post).id === id ? change(data as Post) : data;
  });
}

/** What waits for a photo or video that could not be prepared will not appear. */
export function failPosts(mediaId: string): void {
  const waiting = queryClient
    .getQueriesData<unknown>({ queryKey: [postsKey] })
    .flatMap(([, data]) => (isPages(data) ? data.pages.flatMap(({ items }) => items.map(postOf)) : []))
    .filter(({ state, media }) => state === 'pending' && media.some(({ id }) => id === mediaId));
  for (const { id } of waiting) changePost(id, (post) => ({ ...post, state: 'failed' }));
}

export function removePost(id: string): void {
  queryClient.setQueriesData({ queryKey: [postsKey] }, (data: unknown) =>
    isPages(data)
      ? mapItems(data, (items) =>
          items.some((item) => postOf(item).id === id)
            ? items.filter((item) => postOf(item).id !== id)
            : items,
        )
      : data,
  );
}

/** Puts posts at the top of the feed by time, and of their author's list; those that are there already stay. */
export function addPosts(posts: readonly Post[]): void {
  const put = (key: readonly string[], fresh: readonly Post[], wrap: (post: Post) => Item) =>
    queryClient.setQueryData<Pages>(key, (data) => {
      if (!data?.pages[0]) return data;
      const known = new Set(data.pages.flatMap(({ items }) => items.map((item) => postOf(item).id)));
      const added = fresh.filter(({ id }) => !known.has(id)).map(wrap);
      if (added.length === 0) return data;
      const [first, ...rest] = data.pages;
      return { ...data, pages: [{ ...first!, items: [...added, ...first!.items] }, ...rest] };
    });
  put(feedKey('recent'), posts, (post) => ({ post }));
  for (const post of posts) {
    put(userPostsKey(post.author.id, false), [post], (each) => each);
    if (post.media.length > 0) put(userPostsKey(post.author.id, true), [post], (each) => each);
  }
}

/** Removes everything of somebody at once: they were blocked, muted or unfollowed. */
export function removePostsBy(authorId: string, where: readonly string[] = [postsKey]): void {
  queryClient.setQueriesData({ queryKey: where }, (data: unknown) =>
    isPages(data)
      ? mapItems(data, (items) =>
          items.some((item) => postOf(item).author.id === authorId)
            ? items.filter((item) => postOf(item).author.id !== authorId)
            : items,
        )
      : data,
  );
}

/** Of everything somebody posted, or of what has photos or videos. */
export const userPostsKey = (userId: string, hasMedia: boolean) =>
  hasMedia ? [postsKey, 'by', userId, 'media'] : [postsKey, 'by', userId];

export const feedKey = (order: 'recent' | 'relevant') => [postsKey, 'feed', order] as const;

/** Ids of the posts that the feed by time shows. */
export function knownFeedIds(): Set<string> {
  const data = queryClient.getQueryData<Pages>(feedKey('recent'));
  return new Set(data?.pages.flatMap(({ items }) => items.map((item) => postOf(item).id)));
}
