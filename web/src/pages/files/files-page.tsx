import { useParams } from '@tanstack/react-router';
import { t } from '../../i18n/translate.ts';
import type { Crumb } from '../../parts/files/crumbs.tsx';
import { FolderView } from '../../parts/files/folder-view.tsx';
import { StorageMeter } from '../../parts/files/storage-meter.tsx';

const linkTo = (path: string) => ({ to: '/files/in/$', params: { _splat: path } }) as const;

/** One's own files, by their path. */
export function FilesPage() {
  const path = (useParams({ strict: false })._splat ?? '').replace(/^\/+|\/+$/g, '');
  const names = path === '' ? [] : path.split('/');
  const above: Crumb[] = names.map((_, depth) =>
    depth === 0
      ? { name: t('files.mine'), link: { to: '/files' } }
      : { name: names[depth - 1]!, link: linkTo(names.slice(0, depth).join('/')) },
  );
  return (
    <>
      <FolderView
        key={path}
        place={{ path }}
        title={names.at(-1) ?? t('files.title')}
        above={above}
        linkOf={({ name }, below) => linkTo([...names, ...below, name].join('/'))}
      />
      {names.length === 0 && <StorageMeter />}
    </>
  );
}
