import { Link, Outlet, useLocation } from '@tanstack/react-router';
import {
  Ban,
  KeyRound,
  type LucideIcon,
  MonitorSmartphone,
  Palette,
  Shield,
  ShieldCheck,
  User,
  UserCog,
} from 'lucide-react';
import { useEffect } from 'react';
import { type MessageKey, t } from '../../i18n/translate.ts';
import { PageHead } from '../../parts/page-head.tsx';
import { useOwner } from '../../state/session.ts';

const places: readonly { to: string; icon: LucideIcon; words: MessageKey }[] = [
  { to: '/settings', icon: User, words: 'settings.profile' },
  { to: '/settings/privacy', icon: Shield, words: 'settings.privacy' },
  { to: '/settings/account', icon: UserCog, words: 'settings.account' },
  { to: '/settings/sessions', icon: MonitorSmartphone, words: 'settings.sessions' },
  { to: '/settings/app-passwords', icon: KeyRound, words: 'settings.appPasswords' },
  { to: '/settings/people', icon: Ban, words: 'settings.people' },
  { to: '/settings/look', icon: Palette, words: 'settings.look' },
];

export function SettingsPage() {
  const me = useOwner();
  const path = useLocation({ select: ({ pathname }) => pathname });
  // The row of places is wider than a phone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each place anew.
  useEffect(() => {
    const current = document.querySelector('.settings-place[aria-current]');
    current?.scrollIntoView({ inline: 'center', block: 'nearest' });
  }, [path]);
  const shown = me.isAdmin
    ? [...places, { to: '/admin', icon: ShieldCheck, words: 'nav.admin' as const }]
    : places;
  return (
    <>
      <PageHead title={t('settings.title')} hasBack />
      <nav className="settings-places" aria-label={t('settings.title')}>
        {shown.map(({ to, icon: Icon, words }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true }}
            // Wider windows have it on the rail.
            className={to === '/admin' ? 'settings-place phone-only' : 'settings-place'}
          >
            <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
            {t(words)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
