import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Account } from './account.ts';
import { changeAccount, historyWrite } from './change-account.ts';
import { checkOwnPassword } from './check-own-password.ts';
import type { AccountsContext } from './context.ts';
import { erasureWrite } from './erasures-due.ts';
import { closedByAdministrator } from './log-in.ts';
import { requireSession } from './manage-app-passwords.ts';
import { reactivate } from './open-session.ts';
import { readSession } from './read-session.ts';
import { type AccountHistoryRow, accountHistory } from './tables.ts';
import { parseToken } from './tokens.ts';

/** How long a deletion can be taken back, by logging in. */
export const deletionDelayMs = 14 * 86_400_000;

/** Hides the account from everyone until its owner logs in again. */
export async function deactivateAccount(context: AccountsContext, principal: Principal): Promise<Account> {
  requireSession(principal);
  const { userId } = principal;
  return changeAccount(context, userId, (row) => {
    if (row.state !== 'active') return undefined;
    return {
      account: { ...row, state: 'deactivated' },
      what: 'state',
      mirrors: [historyWrite(context, userId, 'deactivated', userId)],
    };
  });
}

/** For the bearer of a session that would count if its account were active. Logging in does the same. */
export async function reactivateAccount(context: AccountsContext, token: string): Promise<Account> {
  const parsed = parseToken(token);
  const session = parsed?.kind === 'ks' ? await readSession(context, parsed) : undefined;
  if (!parsed || !session) throw new Refusal('unauthenticated', 'Please log in first.');
  const { userId } = parsed;
  return changeAccount(context, userId, (row) => {
    if (row.closedByAdmin) throw closedByAdministrator();
    const { account, changed, mirrors } = reactivate(context, userId, row);
    return changed ? { account, what: 'state', mirrors } : undefined;
  });
}

/** Hides the account at once and has it erased after `deletionDelayMs`. */
export async function requestDeletion(
  context: AccountsContext,
  principal: Principal,
  { password }: { password: string },
): Promise<Account> {
  requireSession(principal);
  const { userId } = principal;
  await checkOwnPassword(context, principal, password);
  return changeAccount(context, userId, (row) => {
    if (row.state === 'deleting' || row.state === 'deleted') return undefined;
    const nowMs = context.clock.nowMs();
    const deleteAfterMs = nowMs + deletionDelayMs;
    return {
      account: { ...row, state: 'deleting', deleteAfterMs },
      what: 'state',
      mirrors: [
        erasureWrite.put(deleteAfterMs, userId, nowMs),
        historyWrite(context, userId, 'deletion-requested', userId),
      ],
    };
  });
}

/** What became of an account and when, newest first: its owner's to see. */
export async function listHistory(
  { records }: AccountsContext,
  userId: Id,
  { before, limit }: { before: Id | undefined; limit: number },
): Promise<{ items: (AccountHistoryRow & { id: Id })[]; next: Id | undefined }> {
  const rows = await records.list(accountHistory, [userId], { reverse: true, before, limit });
  const items = rows.map(({ key, value }) => ({ id: key[1]!, ...value }));
  return { items, next: rows.length === limit ? items.at(-1)?.id : undefined };
}
