import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Post } from '../../../sdk/schema.ts';
import { likesQuery, postQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Comments } from '../parts/comments/comments.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Loading } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { MoreButton } from '../parts/people-list.tsx';
import { AvatarLink, nameOf, PersonLink } from '../parts/person.tsx';
import { PostCard } from '../parts/post-card.tsx';
import { reactionIcons } from '../parts/reactions.tsx';
import { NotHere } from './not-here.tsx';

export function PostPage() {
  const { id } = useParams({ from: '/p/$id' });
  const post = useQuery(postQuery(id));
  if (post.isPending) return <Loading />;
  if (post.isError) return <NotHere error={post.error} onRetry={() => void post.refetch()} />;
  return (
    <>
      <PageHead title={t('post.one', { name: nameOf(post.data.author) })} hasBack />
      <PostCard post={post.data} isWhole isUrgent />
      {post.data.state === 'published' && (
        <>
          <WhoReacted post={post.data} />
          <Comments postId={id} postAuthorId={post.data.author.id} />
        </>
      )}
    </>
  );
}

function WhoReacted({ post }: { post: Post }) {
  const [isOpen, setIsOpen] = useState(false);
  if (post.counts.likes === 0) return null;
  return (
    <>
      <button type="button" className="link-button who-reacted" onClick={() => setIsOpen(true)}>
        {t('post.likes', { count: post.counts.likes })}
      </button>
      {isOpen && <ReactedDialog postId={post.id} onClose={() => setIsOpen(false)} />}
    </>
  );
}

function ReactedDialog({ postId, onClose }: { postId: string; onClose: () => void }) {
  const likes = useInfiniteQuery(likesQuery(postId));
  return (
    <Dialog title={t('post.whoLiked')} onClose={onClose}>
      {likes.isPending && <Loading />}
      <ul className="people">
        {likes.data?.pages
          .flatMap(({ items }) => items)
          .map(({ user, reaction }) => {
            const Icon = reactionIcons[reaction];
            return (
              <li key={user.id} className="person">
                <AvatarLink user={user} />
                <span className="person-words">
                  <PersonLink user={user} />
                  <bdi className="small faint">@{user.username}</bdi>
                </span>
                <Icon size={20} className={`is-${reaction}`} aria-label={t(`react.${reaction}`)} role="img" />
              </li>
            );
          })}
      </ul>
      <MoreButton query={likes} />
    </Dialog>
  );
}
