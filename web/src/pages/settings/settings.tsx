import { Link, Outlet } from '@tanstack/react-router';
import {
  Ban,
  KeyRound,
  type LucideIcon,
  MonitorSmartphone,
  Palette,
  Shield,
  User,
  UserCog,
} from 'lucide-react';
import type { MessageKey } from '../../i18n/translate.ts';
import { t } from '../../i18n/translate.ts';
import { PageHead } from '../../parts/page-head.tsx';

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
  return (
    <>
      <PageHead title={t('settings.title')} hasBack />
      <nav className="settings-places" aria-label={t('settings.title')}>
        {places.map(({ to, icon: Icon, words }) => (
          <Link key={to} to={to} activeOptions={{ exact: true }} className="settings-place">
            <Icon size={20} strokeWidth={1.75} aria-hidden="true" />
            {t(words)}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
