import { Link } from '@tanstack/react-router';
import type { ShortUser } from '../../../sdk/schema.ts';
import { Avatar } from './avatar.tsx';

export const nameOf = (user: { displayName: string; username: string }): string =>
  user.displayName || user.username;

export function PersonLink({ user }: { user: ShortUser }) {
  return (
    <Link to="/@{$username}" params={{ username: user.username }} className="person-name">
      {nameOf(user)}
    </Link>
  );
}

/** The picture leads to the person as well, but is no second stop for the keyboard. */
export function AvatarLink({ user, size }: { user: ShortUser; size?: 'small' | 'middle' }) {
  return (
    <Link
      to="/@{$username}"
      params={{ username: user.username }}
      tabIndex={-1}
      aria-hidden="true"
      className="avatar-link"
    >
      <Avatar user={user} size={size ?? 'middle'} />
    </Link>
  );
}
