import { useInfiniteQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { TrashedFile } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { Confirm } from '../../parts/dialog.tsx';
import { putBack } from '../../parts/files/file-acts.ts';
import { iconOf } from '../../parts/files/file-kinds.ts';
import { trashQuery } from '../../parts/files/file-queries.ts';
import { FilesNav } from '../../parts/files/files-nav.tsx';
import { IconButton } from '../../parts/icon-button.tsx';
import { Empty, Loading, Problem } from '../../parts/notices.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { MoreButton } from '../../parts/people-list.tsx';
import { When } from '../../parts/when.tsx';
import { say, sayProblem } from '../../state/toasts.ts';

export function TrashPage() {
  const list = useInfiniteQuery(trashQuery());
  const [toRemove, setToRemove] = useState<TrashedFile>();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <PageHead title={t('files.trash')} />
      <FilesNav />
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty icon={Trash2} title={t('trash.empty')} more={t('trash.emptyMore')} />
      )}
      {items.length > 0 && <p className="files-lead faint">{t('trash.lead')}</p>}
      <ul aria-label={t('files.trash')}>
        {items.map((item) => (
          <TrashRow key={item.id} item={item} onRemove={() => setToRemove(item)} />
        ))}
      </ul>
      <MoreButton query={list} />
      {toRemove && (
        <Confirm
          title={t('trash.removeTitle', { name: toRemove.name })}
          more={t('trash.removeMore')}
          act={t('trash.remove')}
          onAct={() => void removeForGood(toRemove)}
          onClose={() => setToRemove(undefined)}
        />
      )}
    </>
  );
}

function TrashRow({ item, onRemove }: { item: TrashedFile; onRemove: () => void }) {
  const Icon = iconOf(item);
  const folder = item.folderPath === '/' ? t('files.mine') : item.folderPath;
  return (
    <li className="file-line">
      <Icon size={24} strokeWidth={1.75} aria-hidden="true" className="file-icon" />
      <div className="file-words">
        <p className="file-name" dir="auto">
          {item.name}
        </p>
        <p className="file-facts small faint">
          <span>{t('trash.was', { folder })}</span>
          <When at={item.deletedAt} />
        </p>
      </div>
      <button
        type="button"
        className="button"
        aria-label={t('do.of', { act: t('trash.restore'), thing: item.name })}
        onClick={() => void putBack(item)}
      >
        {t('trash.restore')}
      </button>
      <IconButton
        icon={Trash2}
        label={t('do.of', { act: t('trash.remove'), thing: item.name })}
        onClick={onRemove}
      />
    </li>
  );
}

async function removeForGood({ id, name }: TrashedFile): Promise<void> {
  try {
    await api.delete('/v1/trash/{id}', { path: { id } });
    say(t('trash.removed', { name }));
  } catch (error) {
    sayProblem(error);
  }
  refreshFiles();
}
