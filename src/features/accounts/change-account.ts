import type { Id } from '../../lib/ids.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import type { Hint } from '../../ports/log/log.ts';
import { type CommitResult, type Write, write } from '../../ports/records/records.ts';
import type { Account } from './account.ts';
import type { AccountsContext } from './context.ts';
import { toAccount } from './directory.ts';
import type { AccountChange } from './index.ts';
import { type AccountHistoryKind, type AccountRow, accountHistory, accounts } from './tables.ts';

const attemptsMax = 5;

export const accountHint = (userId: Id, what: AccountChange): Hint => ({
  kind: 'account.changed',
  key: userId,
  data: { userId, what },
});

export interface AccountPlan {
  account: AccountRow;
  what: AccountChange;
  claims?: Write[];
  /** Further rows of this person's partition. */
  decide?: Write[];
  /** Of other partitions, written unconditionally. */
  mirrors?: Write[];
}

/**
 * Reads an account, plans its change and writes it, again if somebody else was quicker. The plan answers
 * undefined where nothing has to change, and may throw a refusal. A plan whose claim collides is made anew.
 */
export async function changeAccount(
  context: AccountsContext,
  userId: Id,
  plan: (row: AccountRow) => Promise<AccountPlan | undefined> | AccountPlan | undefined,
): Promise<Account> {
  const { records } = context;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(accounts, [userId]);
    if (!row) throw notFound();
    const change = await plan(row.value);
    if (!change) return toAccount(userId, row.value);
    const { account, what, claims = [], decide = [], mirrors: then = [] } = change;
    const result = await records.commit({
      claims,
      decide: [write.replace(accounts, [userId], account, row.version), ...decide],
      then,
      hints: [accountHint(userId, what)],
    });
    if (result.ok) {
      forgetChanged(context, userId, what);
      return toAccount(userId, account);
    }
  }
  throw busy();
}

/** Makes this process see the change at once; others learn of it by the hint. */
export function forgetChanged(context: AccountsContext, userId: Id, what: AccountChange): void {
  context.directory.invalidate(userId);
  if (what !== 'seen' && what !== 'profile' && what !== 'privacy') context.forgetCredentials(userId);
}

export const busy = () =>
  new Refusal('unavailable', 'This is being changed from elsewhere. Please try again.', {
    retryAfterSeconds: 1,
  });

/** Commits rows that belong to a person but not to the account row. */
export async function commitForUser(
  context: AccountsContext,
  userId: Id,
  what: AccountChange,
  { decide, mirrors: then = [] }: { decide: Write[]; mirrors?: Write[] },
): Promise<CommitResult> {
  const result = await context.records.commit({ decide, then, hints: [accountHint(userId, what)] });
  if (result.ok) forgetChanged(context, userId, what);
  return result;
}

export const historyWrite = (
  { ids, clock }: AccountsContext,
  userId: Id,
  kind: AccountHistoryKind,
  byUserId: Id,
): Write => write.put(accountHistory, [userId, ids.next()], { kind, byUserId, atMs: clock.nowMs() });
