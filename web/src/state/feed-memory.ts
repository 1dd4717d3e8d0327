/**
 * The feed as it was seen last: of this tab as far as it was scrolled, so that a reload finds its place, and the
 * beginning of it for the next visit, so that there is something to read before the network has answered.
 */
import type { InfiniteData } from '@tanstack/react-query';
import type { FeedItem } from '../../../sdk/schema.ts';
import { feedKey, type Page } from '../api/posts-cache.ts';
import { queryClient } from '../api/query-client.ts';
import { keep, kept } from './keep.ts';
import { me } from './session.ts';

type Feed = InfiniteData<Page<FeedItem>, string | undefined>;
const storageKey = 'kith.own.feed';
const tabPagesMax = 15;
const visitPagesMax = 1;

/** Answers whether there was something. Before the first drawing, so that it is drawn in one go. */
export function restoreFeed(): boolean {
  if (!me()) return false;
  const feed = kept<Feed>(storageKey, sessionStorage) ?? kept<Feed>(storageKey);
  if (!feed?.pages?.[0]?.items.length) return false;
  queryClient.setQueryData(feedKey('recent'), feed);
  return true;
}

export function keepFeed(): void {
  const remember = () => {
    const feed = queryClient.getQueryData<Feed>(feedKey('recent'));
    if (!feed || !me()) return;
    const first = (count: number) => ({
      pages: feed.pages.slice(0, count),
      pageParams: feed.pageParams.slice(0, count),
    });
    keep(storageKey, first(visitPagesMax));
    keep(storageKey, first(tabPagesMax), sessionStorage);
  };
  addEventListener('pagehide', remember);
  document.addEventListener('visibilitychange', remember);
}
