import { Link } from '@tanstack/react-router';
import { Globe, Lock, type LucideIcon, MessageCircle, Users } from 'lucide-react';
import { memo, useEffect, useRef } from 'react';
import type { FeedItem, Post } from '../../../sdk/schema.ts';
import { formatCount, type MessageKey, t } from '../i18n/translate.ts';
import { watchPost } from '../state/live.ts';
import { followPending } from '../state/pending.ts';
import { noteView } from '../state/views.ts';
import { MediaGrid } from './media-grid.tsx';
import { AvatarLink, nameOf, PersonLink } from './person.tsx';
import { PostMenu } from './post-menu.tsx';
import { Reactions } from './reactions.tsx';
import { LongText } from './rich-text.tsx';
import { When } from './when.tsx';

export const visibilityIcons: Readonly<Record<Post['visibility'], LucideIcon>> = {
  public: Globe,
  followers: Users,
  'only-me': Lock,
};

interface PostCardProps {
  post: Post;
  reason?: FeedItem['reason'];
  /** Among the first on the page: its photos are fetched at once. */
  isUrgent?: boolean;
  /** Alone on its page: nothing is folded, and it does not lead to itself. */
  isWhole?: boolean;
}

export const PostCard = memo(function PostCard({ post, reason, isUrgent, isWhole }: PostCardProps) {
  const { author, id, state } = post;
  const article = useRef<HTMLElement>(null);
  useEffect(() => {
    if (state === 'pending') return followPending(id);
    if (state !== 'published') return;
    watchPost(id);
    return noteView(article.current!, id);
  }, [id, state]);
  return (
    <article ref={article} className="post" aria-label={t('post.one', { name: nameOf(author) })}>
      {reason && <p className="post-reason small faint">{reasonWords(reason, author)}</p>}
      <header className="post-head">
        <AvatarLink user={author} />
        <div className="post-by">
          <PersonLink user={author} />
          <p className="small faint post-facts">
            <Link to="/p/$id" params={{ id }}>
              <When at={post.publishedAt ?? post.createdAt} />
            </Link>
            <VisibilityMark visibility={post.visibility} />
            {post.editedAt && <span>· {t('post.edited')}</span>}
          </p>
        </div>
        <PostMenu post={post} isWhole={isWhole ?? false} />
      </header>
      {post.title && (
        <h2 className="post-title" dir="auto">
          {post.title}
        </h2>
      )}
      {post.text && <LongText text={post.text} isFolding={!isWhole} />}
      {post.description && <LongText text={post.description} isFolding={!isWhole} />}
      <NamedTags post={post} />
      {state === 'published' ? (
        post.media.length > 0 && (
          <MediaGrid media={post.media} isUrgent={isUrgent ?? false} isWhole={isWhole ?? false} />
        )
      ) : (
        <p className={state === 'failed' ? 'post-state is-failed' : 'post-state'}>{t(`post.${state}`)}</p>
      )}
      {state === 'published' && (
        <footer className="post-actions">
          <Reactions post={post} />
          <Link to="/p/$id" params={{ id }} className="action">
            <MessageCircle size={20} strokeWidth={1.75} aria-hidden="true" />
            <span className="quiet-words">{t('post.comments', { count: post.counts.comments })}</span>
            {post.counts.comments > 0 && (
              <span className="count" aria-hidden="true">
                {formatCount(post.counts.comments)}
              </span>
            )}
          </Link>
        </footer>
      )}
    </article>
  );
});

function reasonWords(reason: NonNullable<FeedItem['reason']>, author: Post['author']): string {
  return t(`reason.${reason.code}` as MessageKey, { name: nameOf(author) });
}

function VisibilityMark({ visibility }: { visibility: Post['visibility'] }) {
  if (visibility === 'public') return null;
  const Icon = visibilityIcons[visibility];
  return (
    <span className="post-visibility" title={t(`post.${visibility}`)}>
      <Icon size={14} aria-hidden="true" />
      <span className="quiet-words">{t(`post.${visibility}`)}</span>
    </span>
  );
}

/** Hashtags that were given apart from the words. */
function NamedTags({ post }: { post: Post }) {
  const words = `${post.title} ${post.text} ${post.description}`.toLowerCase();
  const apart = post.hashtags.filter((tag) => !words.includes(`#${tag}`));
  if (apart.length === 0) return null;
  return (
    <p className="post-tags">
      {apart.map((tag) => (
        <Link key={tag} to="/search" search={{ q: `#${tag}` }}>
          <bdi>#{tag}</bdi>
        </Link>
      ))}
    </p>
  );
}
