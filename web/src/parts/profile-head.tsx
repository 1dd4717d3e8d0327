import { Link } from '@tanstack/react-router';
import { Folder, Lock, MapPin } from 'lucide-react';
import type { User } from '../../../sdk/schema.ts';
import { formatCount, formatDate, t } from '../i18n/translate.ts';
import { useMe } from '../state/session.ts';
import { Avatar } from './avatar.tsx';
import { FollowButton } from './follow-button.tsx';
import { nameOf } from './person.tsx';
import { ProfileMenu } from './profile-menu.tsx';
import { RichText } from './rich-text.tsx';

export function ProfileHead({ user }: { user: User }) {
  const me = useMe();
  const isOwn = me?.id === user.id;
  const { counts, username } = user;
  return (
    <section className="profile-head" aria-label={nameOf(user)}>
      <div className="profile-top">
        <Avatar user={user} size="huge" />
        <div className="profile-acts">
          {isOwn ? (
            <>
              <Link to="/files" className="button phone-only">
                <Folder size={20} strokeWidth={1.75} aria-hidden="true" />
                {t('nav.files')}
              </Link>
              <Link to="/settings" className="button">
                {t('profile.edit')}
              </Link>
            </>
          ) : (
            <FollowButton user={user} />
          )}
          {me && !isOwn && <ProfileMenu user={user} />}
        </div>
      </div>
      <p className="profile-name">
        {nameOf(user)}
        {user.isPrivate && <Lock size={16} aria-label={t('settings.private')} role="img" />}
      </p>
      <p className="faint">
        <bdi>@{username}</bdi>
        {user.viewer.followedBy && <span className="badge">{t('profile.followsYou')}</span>}
      </p>
      {user.bio && (
        <p className="words" dir="auto">
          <RichText text={user.bio} />
        </p>
      )}
      <p className="profile-facts small faint">
        {user.location && (
          <span>
            <MapPin size={14} aria-hidden="true" /> {user.location}
          </span>
        )}
        <span>{t('profile.joined', { date: formatDate(user.createdAt) })}</span>
      </p>
      <p className="profile-counts">
        <span>
          <strong className="count">{formatCount(counts.posts)}</strong>{' '}
          {t('profile.postsCount', { count: counts.posts })}
        </span>
        <Link to="/@{$username}/followers" params={{ username }}>
          <strong className="count">{formatCount(counts.followers)}</strong>{' '}
          {t('profile.followers', { count: counts.followers })}
        </Link>
        <Link to="/@{$username}/following" params={{ username }}>
          <strong className="count">{formatCount(counts.following)}</strong> {t('profile.following')}
        </Link>
      </p>
    </section>
  );
}
