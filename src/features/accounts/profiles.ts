import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import type { Account } from './account.ts';
import type { AccountDirectory } from './index.ts';

/** What the viewer has to do with a person. */
export interface Relation {
  following: boolean;
  followedBy: boolean;
  requested: boolean;
  blocking: boolean;
  muting: boolean;
}

export const emptyRelation: Relation = Object.freeze({
  following: false,
  followedBy: false,
  requested: false,
  blocking: false,
  muting: false,
});

/** A person as the interface shows them. */
export interface User {
  id: Id;
  username: string;
  displayName: string;
  bio: string;
  location: string | null;
  avatarUrl: string | null;
  isPrivate: boolean;
  createdAt: string;
  counts: { followers: number; following: number; posts: number };
  viewer: Relation;
}

/** The same with what only its owner sees. */
export interface OwnUser extends User {
  email: string;
  birthDate: string | null;
  gender: string | null;
  isAdmin: boolean;
  state: Account['state'];
  lastLoginAt: string | null;
  deleteAfter: string | null;
}

/** What later features know of people; given to this one so that it need not know them. All in the order of the ids. */
export interface ProfileParts {
  followCounts(ids: readonly Id[]): Promise<{ followers: number; following: number }[]>;
  relations(viewerId: Id, ids: readonly Id[]): Promise<Relation[]>;
  /** Whether either of the two blocks the other. */
  isBlocked(viewerId: Id, id: Id): Promise<boolean>;
  postsCount(ids: readonly Id[]): Promise<number[]>;
}

export interface Profiles {
  /** In the order of the accounts; whether the viewer may see them is the caller's to have decided. At most 1000. */
  present(viewerId: Id | null, accounts: readonly Account[]): Promise<User[]>;
  presentOwn(account: Account): Promise<OwnUser>;
  /** The account behind an id or `@username`; `not-found` where it is not active or blocked either way. */
  requireVisible(viewer: Principal | null, reference: string): Promise<Account>;
}

export function createProfiles({
  directory,
  parts,
}: {
  directory: AccountDirectory;
  parts: ProfileParts;
}): Profiles {
  const present = async (viewerId: Id | null, accounts: readonly Account[]): Promise<User[]> => {
    if (accounts.length === 0) return [];
    const ids = accounts.map(({ id }) => id);
    const [follows, posts, relations] = await Promise.all([
      parts.followCounts(ids),
      parts.postsCount(ids),
      viewerId === null ? undefined : parts.relations(viewerId, ids),
    ]);
    return accounts.map((account, i) => ({
      id: account.id,
      username: account.username,
      displayName: account.displayName,
      bio: account.bio,
      location: account.location,
      avatarUrl: account.avatarUrl,
      isPrivate: account.isPrivate,
      createdAt: new Date(account.createdAtMs).toISOString(),
      counts: { ...follows[i]!, posts: posts[i]! },
      viewer: relations?.[i] ?? emptyRelation,
    }));
  };
  const isoTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

  return {
    present,
    async presentOwn(account) {
      const [user] = await present(account.id, [account]);
      const { email, birthDate, gender, isAdmin, state, lastLoginAtMs, deleteAfterMs } = account;
      return {
        ...user!,
        email,
        birthDate,
        gender,
        isAdmin,
        state,
        lastLoginAt: isoTime(lastLoginAtMs),
        deleteAfter: isoTime(deleteAfterMs),
      };
    },
    async requireVisible(viewer, reference) {
      const account = await directory.resolve(reference);
      if (!account) throw notFound();
      const isOther = viewer !== null && viewer.userId !== account.id;
      if (isOther && (await parts.isBlocked(viewer.userId, account.id))) throw notFound();
      return account;
    },
  };
}
