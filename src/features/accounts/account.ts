import type { Id } from '../../lib/ids.ts';

/**
 * `deactivated`: hidden from everyone until its owner returns. `deleting`: the same, and erased after 14 days.
 * `deleted`: erased; the row remains so that its id and name are never given again.
 */
export type AccountState = 'active' | 'deactivated' | 'deleting' | 'deleted';

export interface Account {
  id: Id;
  username: string;
  email: string;
  displayName: string;
  bio: string;
  location: string | null;
  birthDate: string | null;
  gender: string | null;
  avatarUrl: string | null;
  isPrivate: boolean;
  isAdmin: boolean;
  state: AccountState;
  createdAtMs: number;
  lastLoginAtMs: number | null;
  /** Set while `deleting`: when it will be erased. */
  deleteAfterMs: number | null;
}

/** How a person is named beside what they made. */
export interface ShortUser {
  id: Id;
  username: string;
  displayName: string;
  avatarUrl: string | null;
}

export const shortUser = ({ id, username, displayName, avatarUrl }: Account): ShortUser => ({
  id,
  username,
  displayName,
  avatarUrl,
});
