import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Account } from './account.ts';

export { type Account, type AccountState, type ShortUser, shortUser } from './account.ts';
export { type Accounts, createAccounts } from './accounts.ts';
export type { AccountsDeps, AccountsSettings } from './context.ts';
export { toAccount as accountOf } from './directory.ts';
export { openedSessionSchema } from './http-schemas.ts';
export type { OpenedSession } from './open-session.ts';
export { createPasswordHasher, type PasswordHasher } from './password-hasher.ts';
export {
  createProfiles,
  emptyRelation,
  type OwnUser,
  type ProfileParts,
  type Profiles,
  type Relation,
  type User,
} from './profiles.ts';
export { createExpirySteps } from './remove-expired.ts';
export { accounts as accountsTable, accountTables } from './tables.ts';
export { userSchema } from './user-schema.ts';

/**
 * What other features may ask about people. Reads are served from a bounded cache in this process that the
 * log's `account.changed` hints keep true; right after one's own change they are true at once.
 */
export interface AccountDirectory {
  /** Whatever its state; undefined if no such account ever was. */
  get(id: Id): Promise<Account | undefined>;
  /** In the order of the ids; at most 1000. */
  getMany(ids: readonly Id[]): Promise<(Account | undefined)[]>;
  /** By name, lower case, without `@`; only an `active` one. */
  findByUsername(username: string): Promise<Account | undefined>;
  /** An id, or `@username`. Only an `active` one. */
  resolve(reference: string): Promise<Account | undefined>;
}

/** What a client sent to prove who it is, where that is not a token. */
export interface SignedRequest {
  /** The whole value of the Authorization header. */
  authorization: string;
  method: string;
  /** Path and query as they were sent. */
  url: string;
}

/** Turns what a request carries into who is asking. Undefined: unknown, ended, expired, or the account is not active. */
export interface Authenticator {
  /** A session's token or an app password. At once, without a promise, where this process has seen it lately. */
  byToken(token: string): Principal | undefined | Promise<Principal | undefined>;
  /** HTTP Digest (RFC 7616) with an app password. */
  byDigest(request: SignedRequest): Promise<Principal | undefined>;
  /** A username and an app password. */
  byBasic(request: Pick<SignedRequest, 'authorization'>): Promise<Principal | undefined>;
  /** Whether the app password that vouched is still there and its account active: for what outlives a request. */
  hasAppPassword(principal: Pick<Principal, 'userId' | 'credentialId'>): Promise<boolean>;
  /** The Digest challenge of a 401; says `stale` where only the nonce of what was sent is too old. */
  challenge(authorization: string | undefined): string;
}

/**
 * Hint `account.changed` {userId, what}: key is the user's id. `seen` tells of a login or of use only.
 * An account erased for good is announced with `state`.
 */
export type AccountChange = 'created' | 'profile' | 'privacy' | 'state' | 'credentials' | 'role' | 'seen';
