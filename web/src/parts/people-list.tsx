import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { User } from '../../../sdk/schema.ts';
import { t } from '../i18n/translate.ts';
import { Avatar } from './avatar.tsx';
import { FollowButton } from './follow-button.tsx';
import { nameOf } from './person.tsx';

interface PeopleListProps {
  people: readonly User[];
  /** Instead of the button to follow. */
  act?: (user: User) => ReactNode;
  hasBio?: boolean;
}

export function PeopleList({ people, act, hasBio = true }: PeopleListProps) {
  return (
    <ul className="people">
      {people.map((user) => (
        <li key={user.id} className="person">
          <Link to="/@{$username}" params={{ username: user.username }} className="person-link">
            <Avatar user={user} />
            <span className="person-words">
              <span className="person-name">{nameOf(user)}</span>
              <span className="small faint">
                <bdi>@{user.username}</bdi>
                {user.viewer.followedBy && ` · ${t('profile.followsYou')}`}
              </span>
              {hasBio && user.bio && (
                <span className="small person-bio" dir="auto">
                  {user.bio}
                </span>
              )}
            </span>
          </Link>
          {act ? act(user) : <FollowButton user={user} />}
        </li>
      ))}
    </ul>
  );
}

/** Asks for the next page of anything that comes in pages. */
export function MoreButton({
  query,
}: {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}) {
  if (!query.hasNextPage) return null;
  return (
    <button
      type="button"
      className="button more"
      disabled={query.isFetchingNextPage}
      onClick={() => query.fetchNextPage()}
    >
      {t('do.more')}
    </button>
  );
}
