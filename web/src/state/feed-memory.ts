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
/** Signatures of photos that are not for everybody are good for an hour. */
const tabMsMax = 45 * 60_000;

interface Kept {
  feed: Feed;
  atMs: number;
}

/** Answers whether there was something. Before the first drawing, so that it is drawn in one go. */
export function restoreFeed(): boolean {
  if (!me()) return false;
  const inTab = kept<Kept>(storageKey, sessionStorage);
  const isFresh = inTab !== undefined && Date.now() - inTab.atMs < tabMsMax;
  const feed = isFresh ? inTab.feed : kept<Kept>(storageKey)?.feed;
  if (!feed?.pages?.[0]?.items.length) return false;
  queryClient.setQueryData(feedKey('recent'), feed);
  return true;
}

export function keepFeed(): void {
  const remember = () => {
    const feed = queryClient.getQueryData<Feed>(feedKey('recent'));
    if (!feed || !me()) return;
    const first = (count: number): Kept => {
      const pages = feed.pages.slice(0, count);
      return { feed: { pages, pageParams: feed.pageParams.slice(0, count) }, atMs: Date.now() };
    };
    keep(storageKey, first(visitPagesMax));
    keep(storageKey, first(tabPagesMax), sessionStorage);
  };
  addEventListener('pagehide', remember);
  document.addEventListener('visibilitychange', remember);
}
