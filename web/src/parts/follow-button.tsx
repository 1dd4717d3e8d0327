import { useState } from 'react';
import type { User } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import { feedKey, postsKey, removePostsBy } from '../api/posts-cache.ts';
import { queryClient } from '../api/query-client.ts';
import { changeUser } from '../api/users-cache.ts';
import { t } from '../i18n/translate.ts';
import { catchUp } from '../state/live.ts';
import { useMe } from '../state/session.ts';
import { sayProblem } from '../state/toasts.ts';
import { nameOf } from './person.tsx';

/** Says how things are, and changes them with one press. */
export function FollowButton({ user }: { user: User }) {
  const me = useMe();
  const [isBusy, setIsBusy] = useState(false);
  if (!me || me.id === user.id || user.viewer.blocking) return null;
  const { following, requested } = user.viewer;
  const isOn = following || requested;
  const change = async () => {
    setIsBusy(true);
    try {
      if (isOn) await unfollow(user);
      else await follow(user);
    } catch (error) {
      sayProblem(error);
    } finally {
      setIsBusy(false);
    }
  };
  const words = following ? 'profile.followingState' : requested ? 'profile.requested' : 'profile.follow';
  return (
    <button
      type="button"
      className={isOn ? 'button' : 'button primary'}
      aria-pressed={isOn}
      aria-label={t('do.of', { act: t(words), thing: nameOf(user) })}
      disabled={isBusy}
      onClick={() => void change()}
    >
      {t(words)}
    </button>
  );
}

async function follow(user: User): Promise<void> {
  const { state } = await api.post('/v1/follow', { body: { followeeId: user.id } });
  const following = state === 'following';
  changeUser(user.id, (known) => ({
    ...known,
    counts: { ...known.counts, followers: known.counts.followers + (following ? 1 : 0) },
    viewer: { ...known.viewer, following, requested: !following },
  }));
  if (following) refreshFeeds();
}

async function unfollow(user: User): Promise<void> {
  await api.delete('/v1/follow/{id}', { path: { id: user.id } });
  changeUser(user.id, (known) => ({
    ...known,
    counts: { ...known.counts, followers: known.counts.followers - (known.viewer.following ? 1 : 0) },
    viewer: { ...known.viewer, following: false, requested: false },
  }));
  removePostsBy(user.id, [postsKey, 'feed']);
}

/** Older posts come into the feed somewhere in its middle, so it is fetched afresh when it is next seen. */
function refreshFeeds(): void {
  queryClient.removeQueries({ queryKey: feedKey('relevant') });
  queryClient.removeQueries({ queryKey: feedKey('recent') });
  void catchUp();
}
