import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { Users } from 'lucide-react';
import { useState } from 'react';
import type { FileNode } from '../../../../sdk/schema.ts';
import { userQuery } from '../../api/queries.ts';
import { t } from '../../i18n/translate.ts';
import { FileDialog } from '../../parts/files/file-dialog.tsx';
import { FileList } from '../../parts/files/file-list.tsx';
import { FileMenu } from '../../parts/files/file-menu.tsx';
import { sharedQuery, trailQuery } from '../../parts/files/file-queries.ts';
import { FilesNav } from '../../parts/files/files-nav.tsx';
import { FolderView } from '../../parts/files/folder-view.tsx';
import { Empty, Loading, Problem } from '../../parts/notices.tsx';
import { PageHead } from '../../parts/page-head.tsx';
import { MoreButton } from '../../parts/people-list.tsx';
import { nameOf } from '../../parts/person.tsx';

const linkTo = (id: string) => ({ to: '/files/shared/$id', params: { id } }) as const;

export function SharedPage() {
  const list = useInfiniteQuery(sharedQuery());
  const [opened, setOpened] = useState<FileNode>();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = opened && (items.find(({ id }) => id === opened.id) ?? opened);
  return (
    <>
      <PageHead title={t('files.shared')} />
      <FilesNav />
      {list.isPending && <Loading />}
      {list.isError && <Problem error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <Empty icon={Users} title={t('files.sharedEmpty')} more={t('files.sharedEmptyMore')} />
      )}
      <FileList
        label={t('files.shared')}
        items={items}
        linkOf={({ id }) => linkTo(id)}
        onOpen={setOpened}
        act={(node) => <FileMenu node={node} />}
        areHere
        more={(node) => [
          <Owner key="owner" id={node.ownerId} />,
          t(node.permissions.includes('write') ? 'share.editor' : 'share.viewer'),
        ]}
      />
      <MoreButton query={list} />
      {shown && <FileDialog file={shown} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function Owner({ id }: { id: string }) {
  const user = useQuery(userQuery(id)).data;
  return user ? nameOf(user) : '…';
}

/** A folder that somebody shares, or one inside of it. */
export function SharedFolderPage() {
  const id = useParams({ strict: false }).id!;
  const trail = useQuery(trailQuery(id)).data;
  const above = trail?.slice(0, -1).map((node) => ({ name: node.name, link: linkTo(node.id) })) ?? [];
  return (
    <FolderView
      key={id}
      place={{ id }}
      above={[{ name: t('files.shared'), link: { to: '/files/shared' } }, ...above]}
      linkOf={(folder) => linkTo(folder.id)}
    />
  );
}
