import { Flag, History, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Comment } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import type { Page } from '../../api/posts-cache.ts';
import { queryClient } from '../../api/query-client.ts';
import { t } from '../../i18n/translate.ts';
import { deleteWithUndo } from '../../state/delayed-deletion.ts';
import { useMe } from '../../state/session.ts';
import { Menu, type MenuItem } from '../menu.tsx';

const ReportDialog = lazy(() => import('../report-dialog.tsx').then((m) => ({ default: m.ReportDialog })));
const HistoryDialog = lazy(() => import('../history-dialog.tsx').then((m) => ({ default: m.HistoryDialog })));

interface CommentMenuProps {
  comment: Comment;
  postAuthorId: string;
  onEdit: () => void;
}

export function CommentMenu({ comment, postAuthorId, onEdit }: CommentMenuProps) {
  const me = useMe();
  const [open, setOpen] = useState<'report' | 'history' | null>(null);
  const isOwn = me !== null && me.id === comment.author?.id;
  const items: MenuItem[] = [];
  if (comment.editedAt)
    items.push({ icon: History, words: t('post.history'), act: () => setOpen('history') });
  if (isOwn) items.push({ icon: Pencil, words: t('do.edit'), act: onEdit });
  if (me && !isOwn) items.push({ icon: Flag, words: t('post.report'), act: () => setOpen('report') });
  if (isOwn || me?.isAdmin || (me && me.id === postAuthorId))
    items.push({ icon: Trash2, words: t('do.delete'), isLoss: true, act: () => deleteComment(comment) });
  if (items.length === 0) return null;
  return (
    <>
      <Menu label={t('comment.menu')} items={items} />
      <Suspense>
        {open === 'report' && (
          <ReportDialog subject={{ commentId: comment.id }} onClose={() => setOpen(null)} />
        )}
        {open === 'history' && <HistoryDialog of={{ comment }} onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}

function deleteComment(comment: Comment): void {
  const queryKey = ['comments', comment.postId];
  const before = queryClient.getQueryData(queryKey);
  deleteWithUndo({
    words: t('comment.wasDeleted'),
    hide: () =>
      queryClient.setQueryData<{ pages: Page<Comment>[]; pageParams: unknown[] }>(
        queryKey,
        (data) =>
          data && {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.map((each) => (each.id === comment.id ? { ...each, deleted: true } : each)),
            })),
          },
      ),
    show: () => queryClient.setQueryData(queryKey, before),
    carryOut: async () => {
      await api.delete('/v1/comments/{id}', { path: { id: comment.id } });
      await queryClient.invalidateQueries({ queryKey });
    },
  });
}
