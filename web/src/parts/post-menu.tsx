import { useRouter } from '@tanstack/react-router';
import { Flag, FolderDown, History, Link as LinkIcon, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Post } from '../../../sdk/schema.ts';
import { api } from '../api/client.ts';
import { postsKey, removePost } from '../api/posts-cache.ts';
import { queryClient } from '../api/query-client.ts';
import { t } from '../i18n/translate.ts';
import { composing } from '../state/composing.ts';
import { deleteWithUndo } from '../state/delayed-deletion.ts';
import { useMe } from '../state/session.ts';
import { say } from '../state/toasts.ts';
import { Menu, type MenuItem } from './menu.tsx';

const ReportDialog = lazy(() => import('./report-dialog.tsx').then((m) => ({ default: m.ReportDialog })));
const SaveMedia = lazy(() => import('./files/save-media.tsx').then((m) => ({ default: m.SaveMedia })));
const HistoryDialog = lazy(() => import('./history-dialog.tsx').then((m) => ({ default: m.HistoryDialog })));

interface PostMenuProps {
  post: Post;
  /** It stands alone on this page, which has nothing to show without it. */
  isWhole: boolean;
}

export function PostMenu({ post, isWhole }: PostMenuProps) {
  const router = useRouter();
  const me = useMe();
  const [open, setOpen] = useState<'report' | 'history' | 'save' | null>(null);
  const isOwn = me?.id === post.author.id;
  const items: MenuItem[] = [{ icon: LinkIcon, words: t('post.copyLink'), act: () => void copyLink(post) }];
  if (post.editedAt) items.push({ icon: History, words: t('post.history'), act: () => setOpen('history') });
  if (isOwn) {
    items.push({
      icon: Pencil,
      words: t('do.edit'),
      act: () => composing.set({ what: 'edit', post }),
    });
    if (post.media.length > 0)
      items.push({ icon: FolderDown, words: t('media.save'), act: () => setOpen('save') });
  }
  if (me && !isOwn) items.push({ icon: Flag, words: t('post.report'), act: () => setOpen('report') });
  const deleteIt = () => {
    deletePost(post);
    if (isWhole) void router.navigate({ to: '/' });
  };
  if (isOwn || me?.isAdmin) {
    items.push({ icon: Trash2, words: t('do.delete'), isLoss: true, act: deleteIt });
  }
  return (
    <>
      <Menu label={t('post.menu')} items={items} />
      <Suspense>
        {open === 'report' && <ReportDialog subject={{ postId: post.id }} onClose={() => setOpen(null)} />}
        {open === 'save' && <SaveMedia media={post.media} onClose={() => setOpen(null)} />}
        {open === 'history' && <HistoryDialog of={{ post }} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

async function copyLink({ id }: Post): Promise<void> {
  await navigator.clipboard?.writeText(`${location.origin}/p/${id}`);
  say(t('post.copied'));
}

function deletePost(post: Post): void {
  const before = queryClient.getQueriesData({ queryKey: [postsKey] });
  deleteWithUndo({
    words: t('post.deleted'),
    hide: () => removePost(post.id),
    show: () => {
      for (const [key, data] of before) queryClient.setQueryData(key, data);
    },
    carryOut: () => api.delete('/v1/posts/{id}', { path: { id: post.id } }),
  });
}
