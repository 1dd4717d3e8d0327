import { useInfiniteQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { FolderOpen, Undo2 } from 'lucide-react';
import { useState } from 'react';
import type { PastFile } from '../../../../sdk/schema.ts';
import { formatMoment, t } from '../../i18n/translate.ts';
import { type Crumb, Crumbs } from '../../parts/files/crumbs.tsx';
import { FileDialog } from '../../parts/files/file-dialog.tsx';
import { FileList } from '../../parts/files/file-list.tsx';
import {
  type PastMoment,
  pastContentUrl,
  pastFolderQuery,
  snapshotsQuery,
} from '../../parts/files/file-queries.ts';
import { FilesNav } from '../../parts/files/files-nav.tsx';
import { MomentForm } from '../../parts/files/moment-form.tsx';
import { goBack } from '../../parts/files/snapshot-acts.ts';
import { IconButton } from '../../parts/icon-button.tsx';
import { Empty, Loading, Problem } from '../../parts/notices.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { MoreButton } from '../../parts/people-list.tsx';

/** All as it was then, with a way to have any of it back. */
export function SnapshotPage() {
  const id = useParams({ strict: false }).id!;
  const { path = '', at } = useSearch({ strict: false });
  const moment: PastMoment = at === undefined ? { snapshotId: id } : { at };
  const list = useInfiniteQuery(pastFolderQuery(moment, path));
  const [shown, setShown] = useState<PastFile>();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const names = path === '' ? [] : path.split('/');
  const linkTo = (to: string) =>
    ({
      to: '/files/snapshots/$id',
      params: { id },
      search: { path: to, ...(at !== undefined && { at }) },
    }) as const;
  const snapshotName = useSnapshotName(id);
  const title = at === undefined ? snapshotName : formatMoment(at);
  const inside = (name: string) => [...names, name].join('/');
  const above: Crumb[] = names.map((_, depth) => ({
    name: depth === 0 ? title : names[depth - 1]!,
    link: linkTo(names.slice(0, depth).join('/')),
  }));
  return (
    <>
      <PageHead title={names.at(-1) ?? title} />
      <FilesNav />
      <div className="file-tools">
        {at === undefined ? <SnapshotTime id={id} /> : <p className="small faint">{t('moment.as')}</p>}
        <button type="button" className="button" onClick={() => void goBack(moment, path)}>
          {t(path === '' ? 'snap.restoreAll' : 'snap.restoreFolder')}
        </button>
      </div>
      {at !== undefined && <MomentForm key={at} at={at} path={path} />}
      {above.length > 0 && <Crumbs above={above} />}
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && !list.hasNextPage && (
        <Empty icon={FolderOpen} title={t('snap.emptyFolder')} />
      )}
      <FileList
        label={title}
        items={items}
        linkOf={({ name }) => linkTo(inside(name))}
        onOpen={setShown}
        act={({ name }) => (
          <IconButton
            icon={Undo2}
            className="turns"
            label={t('do.of', { act: t('snap.restore'), thing: name })}
            onClick={() => void goBack(moment, inside(name))}
          />
        )}
      />
      <MoreButton query={list} />
      {shown && (
        <FileDialog
          file={{ ...shown, pastUrl: pastContentUrl(moment, inside(shown.name)) }}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

const useSnapshot = (id: string) =>
  useInfiniteQuery(snapshotsQuery())
    .data?.pages.flatMap((page) => page.items)
    .find((each) => each.id === id);

const useSnapshotName = (id: string): string => useSnapshot(id)?.name || t('snap.unnamed');

function SnapshotTime({ id }: { id: string }) {
  const createdAt = useSnapshot(id)?.createdAt;
  if (!createdAt) return null;
  return <p className="small faint">{t('snap.as', { when: formatMoment(createdAt) })}</p>;
}
