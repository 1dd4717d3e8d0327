import { Link, useLocation } from '@tanstack/react-router';
import { Folder, History, Trash2, Users } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { t } from '../../i18n/translate.ts';
import '../../styles/files.css';

const places = [
  { to: '/files', icon: Folder, words: 'files.mine' },
  { to: '/files/shared', icon: Users, words: 'files.shared' },
  { to: '/files/snapshots', icon: History, words: 'files.snapshots' },
  { to: '/files/trash', icon: Trash2, words: 'files.trash' },
] as const;

/** Below the heading of each of the places. */
export function FilesNav() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  const nav = useRef<HTMLElement>(null);
  // The row of places is wider than a phone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place anew.
  useEffect(() => {
    const current = nav.current?.querySelector('[aria-current]');
    current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [path]);
  const chosen = places.findLast(({ to }) => path.startsWith(to))?.to;
  return (
    <nav ref={nav} className="settings-places" aria-label={t('files.places')}>
      {places.map(({ to, icon: Icon, words }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: true }}
          className="settings-place"
          aria-current={to === chosen ? 'page' : undefined}
        >
          <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
          {t(words)}
        </Link>
      ))}
    </nav>
  );
}
