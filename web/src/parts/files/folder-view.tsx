import { useInfiniteQuery } from '@tanstack/react-query';
import { FolderOpen } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { t } from '../../i18n/translate.ts';
import { say } from '../../state/toasts.ts';
import { Empty, Loading, Problem } from '../notices.tsx';
import { PageHead } from '../page-head.tsx';
import { AddButtons } from './add-buttons.tsx';
import { type Crumb, Crumbs } from './crumbs.tsx';
import { FileDialog } from './file-dialog.tsx';
import { FileList, type FolderLink } from './file-list.tsx';
import { FileMenu } from './file-menu.tsx';
import { folderQuery, type Place } from './file-queries.ts';
import { FilesNav } from './files-nav.tsx';
import { sameName } from './find-folder.ts';
import { type FolderOrder, ordered } from './folder-order.ts';
import type { Gathered } from './gather-files.ts';
import { SearchField, useFileQuery } from './search-field.tsx';
import { SearchResults } from './search-results.tsx';
import { addUploads, uploadsMax } from './uploads.ts';
import { useDropping } from './use-dropping.ts';

/** So many are fetched to be put in order; of larger folders the rest comes as one scrolls, by name. */
const orderedMax = 2000;

interface FolderViewProps {
  place: Place;
  /** Default: the folder's name. */
  title?: string;
  above: readonly Crumb[];
  /** `below`: the names of the folders that lie between. */
  linkOf: (folder: FileNode, below: readonly string[]) => FolderLink;
}

export function FolderView({ place, title: given, above, linkOf }: FolderViewProps) {
  const list = useInfiniteQuery(folderQuery(place));
  const [order, setOrder] = useState<FolderOrder>('name');
  const q = useFileQuery();
  const [opened, setOpened] = useState<FileNode>();
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  // As it is by now, should it change while it is looked at.
  const shown = opened && (items.find(({ id }) => id === opened.id) ?? opened);
  const folder = list.data?.pages[0]?.folder;
  const title = given ?? folder?.name ?? '';
  const mayWrite = folder?.permissions.includes('write') === true;
  useAllPages(list, items.length);

  // Unless all are here they stand as they come, so that nothing moves while one reads.
  const visible = useMemo(
    () => (list.hasNextPage ? items : ordered(items, order)),
    [items, order, list.hasNextPage],
  );
  const upload = (gathered: Gathered) => {
    if (!folder) return;
    if (gathered.files.length > uploadsMax) say(t('up.tooMany', { count: uploadsMax }));
    addUploads(gathered, {
      parentId: folder.id,
      known: new Map(items.map((each) => [sameName(each.name), each])),
    });
  };
  const isOver = useDropping(mayWrite, upload);

  return (
    <>
      <PageHead title={title}>
        {folder && mayWrite && <AddButtons folder={folder} onFiles={upload} />}
      </PageHead>
      <FilesNav />
      {above.length > 0 && <Crumbs above={above} />}
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && !q && (
        <Empty
          icon={FolderOpen}
          title={t('files.empty')}
          more={t(mayWrite ? 'files.emptyMore' : 'files.emptyView')}
        />
      )}
      {(items.length > 0 || q) && (
        <div className="file-tools">
          <SearchField />
          {!q && !list.hasNextPage && <OrderChoice order={order} onChange={setOrder} />}
        </div>
      )}
      {q && folder ? (
        <SearchResults q={q} folder={folder} items={items} linkOf={linkOf} onOpen={setOpened} />
      ) : (
        <FileList
          label={title}
          items={visible}
          linkOf={(node) => linkOf(node, [])}
          onOpen={setOpened}
          act={(node) => <FileMenu node={node} />}
          areHere
        />
      )}
      {list.isFetchingNextPage && <Loading />}
      {isOver && (
        <div className="drop-here" role="status">
          {t('files.drop', { name: title })}
        </div>
      )}
      {shown && <FileDialog file={shown} onClose={() => setOpened(undefined)} />}
    </>
  );
}

interface Pages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isFetchNextPageError: boolean;
  fetchNextPage: () => unknown;
}

/** All at once up to a bound; beyond it the next page comes when the end of the page is near. */
function useAllPages(
  { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage }: Pages,
  count: number,
): void {
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || isFetchNextPageError) return;
    if (count < orderedMax) return void fetchNextPage();
    const isNear = () => innerHeight + scrollY > document.documentElement.scrollHeight - 4 * innerHeight;
    const onScroll = () => isNear() && void fetchNextPage();
    addEventListener('scroll', onScroll, { passive: true });
    return () => removeEventListener('scroll', onScroll);
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, count]);
}

function OrderChoice({ order, onChange }: { order: FolderOrder; onChange: (order: FolderOrder) => void }) {
  return (
    <label className="select">
      <select
        aria-label={t('files.order')}
        value={order}
        onChange={({ target }) => onChange(target.value as FolderOrder)}
      >
        <option value="name">{t('files.byName')}</option>
        <option value="time">{t('files.byTime')}</option>
        <option value="size">{t('files.bySize')}</option>
      </select>
    </label>
  );
}
