import type { Id } from '../../lib/ids.ts';
import { defineTable, type Table } from '../../ports/records/records.ts';
import type { Account } from './account.ts';

/** What is kept of an account. Whatever proves who one is lies in `accountCredentials`, so that no cache holds it. */
export type AccountRow = Omit<Account, 'id'> & {
  /** Deactivated by an administrator: logging in does not reactivate it. */
  closedByAdmin?: boolean;
};
export const accounts = defineTable<AccountRow>('accounts', { partition: ['id'] });

export interface CredentialsRow {
  /** PHC string. */
  passwordHash: string;
  /** A session counts only while it carries this number: raising it ends all of them in one write. */
  sessionEpoch: number;
}
export const accountCredentials = defineTable<CredentialsRow>('account_credentials', {
  partition: ['user_id'],
});

/** Names are claimed once and never again, whatever becomes of the account. */
export const usernames = defineTable<{ userId: Id }>('usernames', { partition: ['username'] });

/**
 * Who claimed an address, the highest generation last. A claim holds while that account still carries the
 * address; otherwise the next generation may be claimed. So an address changes hands without a removal,
 * and two who want it collide on the same row.
 */
export const emails = defineTable<{ userId: Id }>('emails', {
  partition: ['email'],
  clustering: ['generation'],
});

/** One row: the first account, which is the administrator. */
export const installation = defineTable<{ userId: Id; atMs: number }>('installation', {
  partition: ['name'],
});

export interface SessionRow {
  /** SHA-256 of the token's secret part. */
  secretHash: string;
  epoch: number;
  /** What the browser or program called itself. */
  device: string;
  createdAtMs: number;
  lastSeenAtMs: number;
}
export const sessions = defineTable<SessionRow>('sessions', { partition: ['user_id'], clustering: ['id'] });

export interface AppPasswordRow {
  name: string;
  secretHash: string;
  /** SHA-256 of `username:realm:secret`, as HTTP Digest needs it. */
  ha1: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}
export const appPasswords = defineTable<AppPasswordRow>('app_passwords', {
  partition: ['user_id'],
  clustering: ['id'],
});

export interface PasswordResetRow {
  secretHash: string;
  expiresAtMs: number;
}
export const passwordResets = defineTable<PasswordResetRow>('password_resets', {
  partition: ['user_id'],
  clustering: ['id'],
});

export interface InvitationRow {
  code: string;
  note: string;
  createdBy: Id;
  createdAtMs: number;
  usesMax: number;
  expiresAtMs: number;
  revokedAtMs: number | null;
}
/** All in one partition: administrators make few, and their number is bounded. */
export const invitations = defineTable<InvitationRow>('invitations', {
  partition: ['list'],
  clustering: ['id'],
});
/** One row per use; the slot's number is what two registrations contend for. */
export const invitationUses = defineTable<{ userId: Id; atMs: number }>('invitation_uses', {
  partition: ['invitation_id'],
  clustering: ['slot'],
});

export type AccountHistoryKind =
  | 'registered'
  | 'deactivated'
  | 'reactivated'
  | 'deletion-requested'
  | 'deletion-cancelled'
  | 'erased'
  | 'closed-by-administrator'
  | 'reopened-by-administrator'
  | 'password-changed'
  | 'password-reset'
  | 'email-changed'
  | 'role-changed';
export interface AccountHistoryRow {
  kind: AccountHistoryKind;
  /** Who did it. */
  byUserId: Id;
  atMs: number;
}
export const accountHistory = defineTable<AccountHistoryRow>('account_history', {
  partition: ['user_id'],
  clustering: ['id'],
  kind: 'plain',
});

/** All accounts, by the month they were made in: for administrators' lists. */
export const accountsByMonth = defineTable<{ username: string }>('accounts_by_month', {
  partition: ['month'],
  clustering: ['id'],
  kind: 'plain',
});

/** Accounts to erase, the soonest first. `at` is the time in ms, 15 digits. */
export const erasuresDue = defineTable<{ requestedAtMs: number }>('erasures_due', {
  partition: ['list'],
  clustering: ['at', 'user_id'],
  kind: 'plain',
});

/** All of this feature's tables, for the engine that holds them. */
export const accountTables: readonly Table<object>[] = [
  accounts,
  accountCredentials,
  usernames,
  emails,
  installation,
  sessions,
  appPasswords,
  passwordResets,
  invitations,
  invitationUses,
  accountHistory,
  accountsByMonth,
  erasuresDue,
];
