import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronRight, Folder } from 'lucide-react';
import { useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { api } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import { Dialog } from '../dialog.tsx';
import { Loading, Problem } from '../notices.tsx';
import { MoreButton } from '../people-list.tsx';
import { folderQuery, trailQuery } from './file-queries.ts';

export const folderName = ({ name }: { name: string }): string => name || t('files.mine');

/** Goes from folder to folder until the right one is open. */
export function MoveDialog({ node, onClose }: { node: FileNode; onClose: () => void }) {
  const [at, setAt] = useState(node.parentId!);
  const trail = useQuery({ ...trailQuery(at), placeholderData: keepPreviousData });
  const list = useInfiniteQuery(folderQuery({ id: at }));
  const folders = list.data?.pages
    .flatMap((page) => page.items)
    .filter((each) => each.kind === 'folder' && each.id !== node.id);
  const here = list.data?.pages[0]?.folder;
  const move = async () => {
    try {
      await api.patch('/v1/files/{id}', { path: { id: node.id }, body: { parentId: at } });
      say(t('files.moved', { name: node.name, folder: here ? folderName(here) : '' }));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
    refreshFiles();
  };
  return (
    <Dialog
      title={t('files.moveTitle', { name: node.name })}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t('do.cancel')}
          </button>
          <button
            type="button"
            className="button primary move-here"
            disabled={at === node.parentId || !here}
            onClick={() => void move()}
          >
            <span>{t('files.moveHere', { folder: here ? folderName(here) : '' })}</span>
          </button>
        </>
      }
    >
      <nav className="crumbs" aria-label={t('files.where')}>
        <ol>
          {trail.data?.map((each) => (
            <li key={each.id}>
              <button
                type="button"
                className="crumb"
                aria-current={each.id === at ? 'location' : undefined}
                onClick={() => setAt(each.id)}
              >
                {folderName(each)}
              </button>
            </li>
          ))}
        </ol>
      </nav>
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {folders?.length === 0 && !list.hasNextPage && <p className="faint">{t('files.noFolders')}</p>}
      <ul className="folder-choice">
        {folders?.map((each) => (
          <li key={each.id}>
            <button type="button" className="menu-item" onClick={() => setAt(each.id)}>
              <Folder size={20} strokeWidth={1.75} aria-hidden="true" />
              <span>{each.name}</span>
              <ChevronRight size={20} strokeWidth={1.75} aria-hidden="true" className="turns-icon" />
            </button>
          </li>
        ))}
      </ul>
      <MoreButton query={list} />
    </Dialog>
  );
}
