import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, invalid, Refusal } from '../../lib/refusal.ts';
import type { Account } from './account.ts';
import { changeAccount, historyWrite } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { erasureWrite } from './erasures-due.ts';
import { isMonth, monthBefore, monthOf } from './months.ts';
import { firstAccountKey } from './register-account.ts';
import { accountsByMonth, installation, usernames } from './tables.ts';

/** A page looks into at most so many months; there may be none with accounts among them. */
const monthsPerPageMax = 1200;

function checkAdmin(principal: Principal): void {
  if (!principal.isAdmin) throw forbidden('Only an administrator may do this.');
}

/** Every account, erased ones too, newest first. `before` is the id of the last one of the page before. */
export async function listAccounts(
  { records, clock, directory }: AccountsContext,
  principal: Principal,
  { before, limit }: { before: { month: string; id: Id } | undefined; limit: number },
): Promise<{ items: Account[]; next: { month: string; id: Id } | undefined }> {
  checkAdmin(principal);
  if (before && !isMonth(before.month)) throw invalid('cursor', 'This cursor is not from this list.');
  const first = await records.get(installation, firstAccountKey);
  if (!first) return { items: [], next: undefined };
  const firstMonth = monthOf(first.value.atMs);
  const places: { month: string; id: Id }[] = [];
  let month = before?.month ?? monthOf(clock.nowMs());
  let bound = before?.id;
  for (let i = 0; i < monthsPerPageMax && month >= firstMonth && places.length < limit; i++) {
    const rows = await records.list(accountsByMonth, [month], {
      reverse: true,
      before: bound,
      limit: limit - places.length,
    });
    for (const { key } of rows) places.push({ month, id: key[1]! });
    month = monthBefore(month);
    bound = undefined;
  }
  const found = await directory.getMany(places.map(({ id }) => id));
  return {
    items: found.filter((account) => account !== undefined),
    next: places.length === limit ? places.at(-1) : undefined,
  };
}

/** Hides an account until an administrator reopens it; its owner cannot log in meanwhile. */
export async function closeAccountAsAdmin(
  context: AccountsContext,
  principal: Principal,
  userId: Id,
): Promise<Account> {
  checkAdmin(principal);
  if (userId === principal.userId) {
    throw new Refusal('conflict', 'This is your own account. Deactivate it in your settings.', {
      reason: 'own-account',
    });
  }
  return changeAccount(context, userId, (row) => {
    if (row.closedByAdmin || row.state === 'deleted') return undefined;
    return {
      // A deletion under way goes on: that is its owner's right.
      account: { ...row, closedByAdmin: true, state: row.state === 'active' ? 'deactivated' : row.state },
      what: 'state',
      mirrors: [historyWrite(context, userId, 'closed-by-administrator', principal.userId)],
    };
  });
}

export async function reopenAccountAsAdmin(
  context: AccountsContext,
  principal: Principal,
  userId: Id,
): Promise<Account> {
  checkAdmin(principal);
  return changeAccount(context, userId, ({ closedByAdmin, ...row }) => {
    if (!closedByAdmin || row.state === 'deleted') return undefined;
    const mirrors = [historyWrite(context, userId, 'reopened-by-administrator', principal.userId)];
    if (row.deleteAfterMs !== null) mirrors.push(erasureWrite.remove(row.deleteAfterMs, userId));
    return { account: { ...row, state: 'active', deleteAfterMs: null }, what: 'state', mirrors };
  });
}

/** By name, with or without `@`, or by id; in whatever state. */
export async function findAnyAccount(
  { records, directory }: AccountsContext,
  reference: string,
): Promise<Account | undefined> {
  const named = await records.get(usernames, [reference.replace(/^@/, '').toLowerCase()]);
  return directory.get(named?.value.userId ?? reference);
}

export async function setRole(
  context: AccountsContext,
  principal: Principal,
  userId: Id,
  { isAdmin }: { isAdmin: boolean },
): Promise<Account> {
  checkAdmin(principal);
  if (userId === principal.userId && !isAdmin) {
    throw new Refusal('conflict', 'Another administrator can take this role from you; you cannot yourself.', {
      reason: 'own-role',
    });
  }
  return changeAccount(context, userId, (row) => {
    if (row.isAdmin === isAdmin || row.state === 'deleted') return undefined;
    return {
      account: { ...row, isAdmin },
      what: 'role',
      mirrors: [historyWrite(context, userId, 'role-changed', principal.userId)],
    };
  });
}
