import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, startTransition, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { FeedItem, Post } from '../../../sdk/schema.ts';
import { measuresOf, rememberMeasures } from '../state/list-measures.ts';
import { ratioOf } from './media-grid.tsx';
import { Loading, Problem } from './notices.tsx';
import { PostCard } from './post-card.tsx';

type Item = FeedItem | Post;
interface PostListProps {
  /** Names the list, so that its place is found again. */
  name: string;
  items: readonly Item[];
  query: Pick<
    UseInfiniteQueryResult,
    'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage' | 'isFetchNextPageError' | 'error'
  >;
  /** After the last post. */
  end?: ReactNode;
}

/** Beyond the window: none at first, so that what is in it is drawn sooner. */
const overscan = 3;
/** The next page is asked for when so many posts are left. */
const aheadPosts = 8;
const urgentPosts = 2;
const columnPx = 592;
const textCharactersPerLine = 74;

const postOf = (item: Item): Post => ('post' in item ? item.post : item);

/** Near enough that the scroll bar does not jump; each post is measured when it is drawn. */
function estimateHeight(post: Post): number {
  const width = Math.min(columnPx, innerWidth - 32);
  const lines = Math.min(12, Math.ceil(post.text.length / textCharactersPerLine));
  const media = post.media.length === 1 ? width / ratioOf(post.media[0]!) : post.media.length > 1 ? width : 0;
  return 136 + lines * 24 + media + (post.title ? 32 : 0);
}

/** However many posts there are, only those near the window are in the page. */
export function PostList({ name, items, query, end }: PostListProps) {
  const list = useRef<HTMLDivElement>(null);
  const margin = useRef(0);
  const [isDrawn, setIsDrawn] = useState(false);
  useEffect(() => startTransition(() => setIsDrawn(true)), []);
  const virtualizer = useWindowVirtualizer({
    count: items.length,
    estimateSize: (index) => estimateHeight(postOf(items[index]!)),
    getItemKey: (index) => postOf(items[index]!).id,
    overscan: isDrawn ? overscan : 0,
    scrollMargin: margin.current,
    initialMeasurementsCache: measuresOf(name),
  });

  useLayoutEffect(() => {
    margin.current = list.current?.offsetTop ?? 0;
  });
  useEffect(() => {
    const remember = () => rememberMeasures(name, virtualizer.measurementsCache);
    addEventListener('pagehide', remember);
    return () => {
      removeEventListener('pagehide', remember);
      remember();
    };
  }, [name, virtualizer]);
  useKeepPlace(items, (index) => virtualizer.measurementsCache[index]?.start ?? 0);

  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  useEffect(() => {
    const isNear = last >= items.length - aheadPosts;
    if (isNear && hasNextPage && !isFetchingNextPage && !isFetchNextPageError) void fetchNextPage();
  }, [last, items.length, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage]);

  return (
    <>
      <div
        ref={list}
        className="post-list"
        role="feed"
        aria-busy={isFetchingNextPage}
        style={{ height: virtualizer.getTotalSize() }}
      >
        {rows.map(({ index, key, start }) => {
          const item = items[index]!;
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              className="post-row"
              style={{ transform: `translateY(${start - virtualizer.options.scrollMargin}px)` }}
            >
              <PostCard
                post={postOf(item)}
                reason={'post' in item ? item.reason : undefined}
                isUrgent={index < urgentPosts}
              />
            </div>
          );
        })}
      </div>
      {isFetchNextPageError && <Problem error={query.error} onRetry={() => void fetchNextPage()} />}
      {isFetchingNextPage && <Loading />}
      {!hasNextPage && end}
    </>
  );
}

/** Posts that come in above push the page down by as much as they take, so that what is read stays where it is. */
function useKeepPlace(items: readonly Item[], startOf: (index: number) => number): void {
  const first = items[0] && postOf(items[0]).id;
  const before = useRef(first);
  useLayoutEffect(() => {
    const former = before.current;
    before.current = first;
    if (!former || former === first || scrollY === 0) return;
    const index = items.findIndex((item) => postOf(item).id === former);
    if (index > 0) scrollBy({ top: startOf(index) - startOf(0), behavior: 'instant' });
  }, [first, items, startOf]);
}
