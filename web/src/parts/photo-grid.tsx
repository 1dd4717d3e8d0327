import { Link } from '@tanstack/react-router';
import { Play } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Media, Post } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';
import { openViewer } from './media-grid.tsx';
import { Loading } from './notices.tsx';
import { Picture, usePlaceholder } from './picture.tsx';

interface PhotoGridProps {
  posts: readonly Post[];
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

const sizes = '(min-width: 720px) 210px, 33vw';
/** Posts are fetched on while the end of the grid is this near to the window. */
const aheadMargin = '800px';

/** All photos and videos of the posts, in squares. */
export function PhotoGrid({ posts, query }: PhotoGridProps) {
  const end = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    const element = end.current;
    if (!element || !hasNextPage || isFetchingNextPage) return;
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && fetchNextPage(), {
      rootMargin: aheadMargin,
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const all = posts
    .filter(({ state }) => state === 'published')
    .flatMap((post) => post.media.map((media) => ({ media, post })));
  const photos = all.map(({ media }) => media);
  return (
    <>
      <ul className="photo-grid">
        {all.map(({ media, post }, index) => (
          <li key={`${post.id} ${media.id}`}>
            {media.kind === 'image' ? (
              <button
                type="button"
                className="media-open"
                aria-label={`${t('media.open', { number: index + 1, count: all.length })}${media.alt ? `: ${media.alt}` : ''}`}
                onClick={() => openViewer(photos, media)}
              >
                <Picture media={media} sizes={sizes} />
              </button>
            ) : (
              <VideoTile media={media} postId={post.id} />
            )}
          </li>
        ))}
      </ul>
      <div ref={end} />
      {isFetchingNextPage && <Loading />}
    </>
  );
}

function VideoTile({ media, postId }: { media: Media; postId: string }) {
  const blurred = usePlaceholder(media.placeholder);
  return (
    <Link
      to="/p/$id"
      params={{ id: postId }}
      className="video-tile"
      aria-label={media.alt || t('media.video')}
      style={blurred ? { backgroundImage: `url(${blurred})` } : undefined}
    >
      {media.posterUrl && <img src={media.posterUrl} alt="" loading="lazy" decoding="async" />}
      <span className="video-mark">
        <Play size={20} aria-hidden="true" />
      </span>
    </Link>
  );
}
