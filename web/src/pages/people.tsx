import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Users } from 'lucide-react';
import { peopleQuery, userQuery } from '../api/queries.ts';
import { t } from '../i18n/translate.ts';
import { Empty, Loading } from '../parts/notices.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { MoreButton, PeopleList } from '../parts/people-list.tsx';
import { nameOf } from '../parts/person.tsx';
import { NotHere } from './not-here.tsx';

export function FollowersPage() {
  const { username } = useParams({ from: '/@{$username}/followers' });
  return <People username={username} which="followers" />;
}

export function FollowingPage() {
  const { username } = useParams({ from: '/@{$username}/following' });
  return <People username={username} which="following" />;
}

function People({ username, which }: { username: string; which: 'followers' | 'following' }) {
  const user = useQuery(userQuery(`@${username}`));
  const id = user.data?.id ?? '';
  const people = useInfiniteQuery({ ...peopleQuery(id, which), enabled: id !== '' });
  if (user.isError || people.isError) return <NotHere error={user.error ?? people.error} />;
  if (user.isPending || people.isPending) return <Loading />;
  const items = people.data.pages.flatMap((page) => page.items);
  const title = which === 'followers' ? 'profile.followersOf' : 'profile.followingOf';
  return (
    <>
      <PageHead title={t(title, { name: nameOf(user.data) })} hasBack />
      {items.length === 0 && <Empty icon={Users} title={t('profile.nobody')} />}
      <PeopleList people={items} />
      <MoreButton query={people} />
    </>
  );
}
