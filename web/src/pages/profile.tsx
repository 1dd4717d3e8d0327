import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Image, Lock, Newspaper } from 'lucide-react';
import { useMemo } from 'react';
import type { User } from '../../../sdk/schema.ts';
import { userPostsQuery, userQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Loading, Problem } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { nameOf } from '../parts/person.tsx';
import { PhotoGrid } from '../parts/photo-grid.tsx';
import { PostList } from '../parts/post-list.tsx';
import { ProfileHead } from '../parts/profile-head.tsx';
import { Tabs } from '../parts/tabs.tsx';
import { useMe } from '../state/session.ts';
import { NotHere } from './not-here.tsx';

export function ProfilePage() {
  const { username } = useParams({ from: '/@{$username}' });
  const user = useQuery(userQuery(`@${username}`));
  // Whom one has blocked answers no more; what was here stays, with the way to undo it.
  const shown = user.isError && !user.data?.viewer.blocking ? undefined : user.data;
  if (user.isPending) return <Loading />;
  if (!shown) return <NotHere error={user.error} onRetry={() => void user.refetch()} />;
  return (
    <>
      <PageHead title={nameOf(shown)} hasBack />
      <ProfileHead user={shown} />
      <Shared key={shown.id} user={shown} />
    </>
  );
}

/** What this person shared, as far as it is for whoever looks. */
function Shared({ user }: { user: User }) {
  const me = useMe();
  const navigate = useNavigate();
  const { view = 'posts' } = useSearch({ from: '/@{$username}' });
  const isOwn = me?.id === user.id;
  const name = nameOf(user);
  const posts = useInfiniteQuery(userPostsQuery(user.id, view === 'photos'));
  const items = useMemo(() => posts.data?.pages.flatMap((page) => page.items) ?? [], [posts.data]);
  const isClosed = user.isPrivate && !isOwn && !user.viewer.following;
  if (user.viewer.blocking) return <p className="list-end faint">{t('profile.blocked', { name })}</p>;
  if (isClosed)
    return <Empty icon={Lock} title={t('profile.private')} more={t('profile.privateMore', { name })} />;
  return (
    <>
      <Tabs
        label={name}
        tabs={[
          { name: 'posts', words: t('profile.posts') },
          { name: 'photos', words: t('profile.photos') },
        ]}
        chosen={view}
        onChoose={(chosen) =>
          void navigate({
            to: '/@{$username}',
            params: { username: user.username },
            search: chosen === 'photos' ? { view: chosen } : {},
            replace: true,
            resetScroll: false,
          })
        }
      />
      {posts.isPending && <Loading />}
      {posts.isError && items.length === 0 && (
        <Problem error={posts.error} onRetry={() => void posts.refetch()} />
      )}
      {posts.isSuccess && items.length === 0 && (
        <Empty
          icon={view === 'posts' ? Newspaper : Image}
          title={t(view === 'posts' ? 'profile.noPosts' : 'profile.noPhotos')}
          more={isOwn ? t('profile.noPostsYours') : t('profile.noPostsMore', { name })}
        />
      )}
      {items.length > 0 && view === 'posts' && (
        <PostList name={`by-${user.id}`} items={items} query={posts} />
      )}
      {items.length > 0 && view === 'photos' && <PhotoGrid posts={items} query={posts} />}
    </>
  );
}
