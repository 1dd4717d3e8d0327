import { useInfiniteQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import { Empty, Loading, Problem } from '../notices.tsx';
import { MoreButton } from '../people-list.tsx';
import { FileList, type FolderLink } from './file-list.tsx';
import { FileMenu } from './file-menu.tsx';
import { fileSearchQuery } from './file-queries.ts';

interface SearchResultsProps {
  q: string;
  folder: FileNode;
  /** What that folder holds, as far as it is here: of that any part of a name is found. */
  items: readonly FileNode[];
  linkOf: (folder: FileNode, below: readonly string[]) => FolderLink;
  onOpen: (file: FileNode) => void;
}

interface Hit extends FileNode {
  folderPath: string;
}

/** By name, in a folder and all below it. */
export function SearchResults({ q, folder, items, linkOf, onOpen }: SearchResultsProps) {
  const list = useInfiniteQuery(fileSearchQuery(q, folder.id));
  const wanted = q.toLocaleLowerCase();
  const here: Hit[] = items
    .filter(({ name }) => name.toLocaleLowerCase().includes(wanted))
    .map((node) => ({ ...node, folderPath: '/' }));
  const known = new Set(here.map(({ id }) => id));
  const below = list.data?.pages.flatMap((page) => page.items).filter(({ id }) => !known.has(id)) ?? [];
  const hits: Hit[] = [...here, ...below];
  const namesOf = ({ folderPath }: Hit) => folderPath.split('/').filter(Boolean);
  return (
    <>
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      <FileList
        label={t('files.found')}
        items={hits}
        linkOf={(hit) => linkOf(hit, namesOf(hit))}
        onOpen={onOpen}
        act={(node) => <FileMenu node={node} />}
        more={(hit) => (hit.folderPath === '/' ? [] : [t('files.in', { folder: namesOf(hit).join(' / ') })])}
        areHere
      />
      {list.isPending && <Loading />}
      {list.isSuccess && hits.length === 0 && (
        <Empty icon={SearchX} title={t('files.noMatch')} more={t('files.noMatchMore')} />
      )}
      <MoreButton query={list} />
    </>
  );
}
