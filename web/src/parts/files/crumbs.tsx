import { Link } from '@tanstack/react-router';
import { t } from '../../i18n/translate.ts';
import type { FolderLink } from './file-list.tsx';

export interface Crumb {
  name: string;
  link: FolderLink | { to: '/files' } | { to: '/files/shared' };
}

/** The way here; where one is now is the page's heading. */
export function Crumbs({ above }: { above: readonly Crumb[] }) {
  return (
    <nav className="crumbs" aria-label={t('files.where')}>
      <ol>
        {above.map(({ name, link }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: names may come twice on the way.
          <li key={index}>
            <Link {...link} activeOptions={{ exact: true, includeSearch: true }} className="crumb">
              {name}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
