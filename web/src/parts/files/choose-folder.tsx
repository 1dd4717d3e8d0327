import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { ChevronRight, Folder } from 'lucide-react';
import { useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { t } from '../../i18n/translate.ts';
import { say, sayProblem } from '../../state/toasts.ts';
import '../../styles/files.css';
import { Dialog } from '../dialog.tsx';
import { Loading, Problem } from '../notices.tsx';
import { MoreButton } from '../people-list.tsx';
import { folderQuery, trailQuery } from './file-queries.ts';

export const folderName = ({ name }: { name: string }): string => name || t('files.mine');

interface ChooseFolderProps {
  title: string;
  /** The folder it begins in. */
  startId: string;
  /** What the button says of the folder that is open. */
  act: (folder: string) => string;
  mayChoose?: (folder: FileNode) => boolean;
  /** Not offered. */
  withoutId?: string;
  /** Answers what to tell when it is done. */
  onChoose: (folder: FileNode) => Promise<string>;
  onClose: () => void;
}

/** Goes from folder to folder until the right one is open. */
export function ChooseFolder({
  title,
  startId,
  act,
  mayChoose = () => true,
  withoutId,
  onChoose,
  onClose,
}: ChooseFolderProps) {
  const [at, setAt] = useState(startId);
  const [isBusy, setIsBusy] = useState(false);
  const trail = useQuery({ ...trailQuery(at), placeholderData: keepPreviousData });
  const list = useInfiniteQuery(folderQuery({ id: at }));
  const folders = list.data?.pages
    .flatMap((page) => page.items)
    .filter((each) => each.kind === 'folder' && each.id !== withoutId);
  const here = list.data?.pages[0]?.folder;
  const choose = async () => {
    if (!here) return;
    setIsBusy(true);
    try {
      say(await onChoose(here));
      onClose();
    } catch (error) {
      sayProblem(error);
    }
    setIsBusy(false);
    refreshFiles();
  };
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <button type="button" className="button" onClick={onClose}>
            {t('do.cancel')}
          </button>
          <button
            type="button"
            className="button primary move-here"
            disabled={isBusy || !here || !mayChoose(here)}
            onClick={() => void choose()}
          >
            <span>{act(here ? folderName(here) : '')}</span>
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
