import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import type { Account } from './account.ts';
import { busy, changeAccount, historyWrite } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { erasureWrite } from './erasures-due.ts';
import { closedByAdministrator } from './log-in.ts';
import { type AccountRow, sessions } from './tables.ts';
import { mintToken } from './tokens.ts';

/** A session unused for so long is over. */
export const sessionIdleMs = 90 * 86_400_000;
/** One more ends the oldest. */
export const sessionsMax = 100;
const removalsMax = 20;
const deviceCharactersMax = 200;

export interface OpenedSession {
  account: Account;
  /** Shown once; only its hash is kept. */
  token: string;
}

/** The row of a new session, for the commit that opens it. */
export function sessionWrite(
  { ids, clock }: AccountsContext,
  userId: Id,
  { epoch, device }: { epoch: number; device: string },
): { token: string; write: Write } {
  const id = ids.next();
  const { token, secretHash } = mintToken('ks', userId, id);
  const nowMs = clock.nowMs();
  return {
    token,
    write: write.insert(sessions, [userId, id], {
      secretHash,
      epoch,
      device: device.slice(0, deviceCharactersMax),
      createdAtMs: nowMs,
      lastSeenAtMs: nowMs,
    }),
  };
}

/**
 * Opens a session for somebody who has proved who they are: keeps the time, and brings a deactivated account
 * back or takes a deletion back. `epoch` is that of the credentials checked, so that a change of password
 * in between leaves a session that counts for nothing.
 */
export async function openSession(
  context: AccountsContext,
  userId: Id,
  { epoch, device }: { epoch: number; device: string },
): Promise<OpenedSession> {
  let token: string | undefined;
  const account = await changeAccount(context, userId, async (row) => {
    if (row.closedByAdmin) throw closedByAdministrator();
    const session = sessionWrite(context, userId, { epoch, device });
    token = session.token;
    const reactivation = reactivate(context, userId, row);
    return {
      account: { ...reactivation.account, lastLoginAtMs: context.clock.nowMs() },
      what: reactivation.changed ? 'state' : 'seen',
      decide: [session.write, ...(await worstSessions(context, userId))],
      mirrors: reactivation.mirrors,
    };
  });
  if (token === undefined) throw busy();
  return { account, token };
}

/** The row as it is once its owner is back. */
export function reactivate(
  context: AccountsContext,
  userId: Id,
  row: AccountRow,
): { account: AccountRow; changed: boolean; mirrors: Write[] } {
  if (row.state !== 'deactivated' && row.state !== 'deleting')
    return { account: row, changed: false, mirrors: [] };
  const mirrors = [
    historyWrite(context, userId, row.state === 'deleting' ? 'deletion-cancelled' : 'reactivated', userId),
  ];
  if (row.deleteAfterMs !== null) mirrors.push(erasureWrite.remove(row.deleteAfterMs, userId));
  return { account: { ...row, state: 'active', deleteAfterMs: null }, changed: true, mirrors };
}

/** Removes what has expired, and the oldest beyond the limit: a little with every login. */
async function worstSessions({ records, clock }: AccountsContext, userId: Id): Promise<Write[]> {
  const rows = await records.list(sessions, [userId], { limit: sessionsMax + removalsMax });
  const idleBeforeMs = clock.nowMs() - sessionIdleMs;
  const surplus = rows.length - (sessionsMax - 1);
  return rows
    .filter(({ value }, i) => i < surplus || value.lastSeenAtMs < idleBeforeMs)
    .slice(0, removalsMax)
    .map(({ key, version }) => write.remove(sessions, key, version));
}
