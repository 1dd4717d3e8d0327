import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Account } from './account.ts';

export { type Account, type AccountState, type ShortUser, shortUser } from './account.ts';

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

/** Turns what a request carries into who is asking. */
export interface Authenticator {
  /** A session's token. Undefined if unknown, ended, expired, or its account is not active. */
  byToken(token: string): Promise<Principal | undefined>;
}

/** Hint `account.changed` {userId, what}: key is the user's id. */
export type AccountChange = 'created' | 'profile' | 'privacy' | 'state' | 'credentials' | 'role';
