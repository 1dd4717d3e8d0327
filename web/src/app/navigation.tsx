import { Link } from '@tanstack/react-router';
import { Bell, Folder, Home, type LucideIcon, PenLine, Search, Settings, ShieldCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import type { OwnUser } from '../../../sdk/schema.ts';
import { formatCount, t } from '../i18n/translate.ts';
import { Avatar } from '../parts/avatar.tsx';
import { composing } from '../state/composing.ts';
import { unread } from '../state/live.ts';
import { useStore } from '../state/store.ts';

/** A bar at the bottom of phones, a rail beside the page elsewhere: the same places in the same order. */
export function Navigation({ me }: { me: OwnUser }) {
  const count = useStore(unread);
  const unreadWords = count > 0 ? t('nav.unread', { count }) : '';
  return (
    <nav className="navigation" aria-label={t('nav.main')}>
      <Link to="/" className="brand" tabIndex={-1} aria-hidden="true">
        <img src="/favicon.svg" alt="" width={28} height={28} />
        <span className="place-words">Kith</span>
      </Link>
      <Link to="/" className="place">
        <PlaceWords icon={Home} words={t('nav.home')} />
      </Link>
      <Link to="/search" className="place">
        <PlaceWords icon={Search} words={t('nav.search')} />
      </Link>
      <button type="button" className="place place-write" onClick={() => composing.set({ what: 'new' })}>
        <PlaceWords icon={PenLine} words={t('nav.write')} />
      </button>
      <Link to="/notifications" className="place">
        <PlaceWords icon={Bell} words={t('nav.notifications')} more={unreadWords}>
          {count > 0 && (
            <span className="unread count" aria-hidden="true">
              {formatCount(count)}
            </span>
          )}
        </PlaceWords>
      </Link>
      <Link to="/files" className="place place-wide">
        <PlaceWords icon={Folder} words={t('nav.files')} />
      </Link>
      <Link to="/@{$username}" params={{ username: me.username }} className="place">
        <Avatar user={me} size="small" />
        <span className="place-words">{t('nav.you')}</span>
      </Link>
      <Link to="/settings" className="place place-extra">
        <PlaceWords icon={Settings} words={t('nav.settings')} />
      </Link>
      {me.isAdmin && (
        <Link to="/admin" className="place place-extra">
          <PlaceWords icon={ShieldCheck} words={t('nav.admin')} />
        </Link>
      )}
    </nav>
  );
}

interface PlaceWordsProps {
  icon: LucideIcon;
  words: string;
  /** Only for those who do not see the number. */
  more?: string;
  children?: ReactNode;
}

function PlaceWords({ icon: Icon, words, more, children }: PlaceWordsProps) {
  return (
    <>
      <span className="place-icon">
        <Icon size={24} strokeWidth={1.75} aria-hidden="true" />
        {children}
      </span>
      <span className="place-words">{words}</span>
      {more && <span className="quiet-words">{more}</span>}
    </>
  );
}
