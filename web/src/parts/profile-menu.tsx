import { Ban, Flag, UserMinus, Volume2, VolumeX } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { User } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import { postsKey, removePostsBy } from '../api/posts-cache.ts';
import { queryClient } from '../api/query-client.ts';
import { changeUser } from '../api/users-cache.ts';
import { t } from '../i18n/translate.ts';
import { say, sayProblem } from '../state/toasts.ts';
import { Confirm } from './dialog.tsx';
import { Menu, type MenuItem } from './menu.tsx';
import { nameOf } from './person.tsx';

const ReportDialog = lazy(() => import('./report-dialog.tsx').then((m) => ({ default: m.ReportDialog })));

export function ProfileMenu({ user }: { user: User }) {
  const [open, setOpen] = useState<'report' | 'block' | null>(null);
  const name = nameOf(user);
  const { muting, blocking, followedBy } = user.viewer;
  const act = (doing: Promise<unknown>) => void doing.catch(sayProblem);
  const items: MenuItem[] = [
    {
      icon: muting ? Volume2 : VolumeX,
      words: t(muting ? 'profile.unmute' : 'profile.mute'),
      act: () => act(setMuting(user, !muting)),
    },
    ...(followedBy
      ? [{ icon: UserMinus, words: t('profile.removeFollower'), act: () => act(removeFollower(user)) }]
      : []),
    { icon: Flag, words: t('post.report'), act: () => setOpen('report') },
    blocking
      ? { icon: Ban, words: t('profile.unblock'), act: () => act(setBlocking(user, false)) }
      : { icon: Ban, words: t('profile.block'), isLoss: true, act: () => setOpen('block') },
  ];
  return (
    <>
      <Menu label={t('profile.menu', { name })} items={items} />
      {open === 'block' && (
        <Confirm
          title={t('profile.blockTitle', { name })}
          more={t('profile.blockMore')}
          act={t('profile.block')}
          onAct={() => act(setBlocking(user, true))}
          onClose={() => setOpen(null)}
        />
      )}
      <Suspense>
        {open === 'report' && <ReportDialog subject={{ userId: user.id }} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

export async function setMuting(user: User, muting: boolean): Promise<void> {
  const path = { id: user.id };
  if (muting) await api.put('/v1/mutes/{id}', { path });
  else await api.delete('/v1/mutes/{id}', { path });
  changeUser(user.id, (known) => ({ ...known, viewer: { ...known.viewer, muting } }));
  if (muting) removePostsBy(user.id, [postsKey, 'feed']);
  else queryClient.removeQueries({ queryKey: [postsKey, 'feed'] });
  say(t(muting ? 'profile.muted' : 'profile.unmuted', { name: nameOf(user) }));
}

export async function setBlocking(user: User, blocking: boolean): Promise<void> {
  const path = { id: user.id };
  if (blocking) await api.put('/v1/blocks/{id}', { path });
  else await api.delete('/v1/blocks/{id}', { path });
  changeUser(user.id, (known) => ({
    ...known,
    viewer: { ...known.viewer, blocking, following: false, followedBy: false, requested: false },
  }));
  if (blocking) removePostsBy(user.id);
  await queryClient.invalidateQueries({ queryKey: ['user'] });
  await queryClient.invalidateQueries({ queryKey: [postsKey, 'by', user.id] });
  say(t(blocking ? 'profile.wasBlocked' : 'profile.wasUnblocked', { name: nameOf(user) }));
}

async function removeFollower(user: User): Promise<void> {
  await api.delete('/v1/users/me/followers/{id}', { path: { id: user.id } });
  changeUser(user.id, (known) => ({ ...known, viewer: { ...known.viewer, followedBy: false } }));
}
