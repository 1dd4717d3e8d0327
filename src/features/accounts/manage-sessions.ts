import type { Id } from '../../lib/ids.ts';
import { onBehalfOf, type Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import { type Row, write } from '../../ports/records/records.ts';
import { sessionCredential } from './authenticator.ts';
import { busy, commitForUser } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { requireSession } from './manage-app-passwords.ts';
import { sessionIdleMs, sessionsMax } from './open-session.ts';
import { accountCredentials, type SessionRow, sessions } from './tables.ts';

const attemptsMax = 5;

export interface Session {
  id: Id;
  device: string;
  createdAtMs: number;
  /** To the hour. */
  lastSeenAtMs: number;
  current: boolean;
}

/** Sessions that still count, newest first; there are at most `sessionsMax`. */
export async function listSessions(
  { records, clock }: AccountsContext,
  { userId, credentialId }: Principal,
): Promise<Session[]> {
  const [rows, credentials] = await Promise.all([
    records.list(sessions, [userId], { reverse: true, limit: sessionsMax }),
    records.get(accountCredentials, [userId]),
  ]);
  const idleBeforeMs = clock.nowMs() - sessionIdleMs;
  return rows
    .filter(
      ({ value }) => value.epoch === credentials?.value.sessionEpoch && value.lastSeenAtMs > idleBeforeMs,
    )
    .map(({ key, value: { device, createdAtMs, lastSeenAtMs } }) => {
      const id = key[1]!;
      return { id, device, createdAtMs, lastSeenAtMs, current: credentialId === sessionCredential(id) };
    });
}

/** By which a person's sessions vouch, as principals carry it, while they count. */
export async function sessionCredentials(context: AccountsContext, userId: Id): Promise<ReadonlySet<string>> {
  const open = await listSessions(context, onBehalfOf(userId));
  return new Set(open.map(({ id }) => sessionCredential(id)));
}

/** Ends one of the caller's sessions. One that has ended already is gone: not found. */
export async function endSession(context: AccountsContext, principal: Principal, id: Id): Promise<void> {
  requireSession(principal);
  const { userId } = principal;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row: Row<SessionRow> | undefined = await context.records.get(sessions, [userId, id]);
    if (!row) throw notFound('This session has ended already.');
    const result = await commitForUser(context, userId, 'credentials', {
      decide: [write.remove(sessions, row.key, row.version)],
    });
    if (result.ok) return;
  }
  throw busy();
}

/** Logs out. Does nothing for a caller who came with an app password: that is not a session. */
export async function endCurrentSession(context: AccountsContext, principal: Principal): Promise<void> {
  const id = principal.credentialId?.startsWith('session:') ? principal.credentialId.slice(8) : undefined;
  if (id === undefined) return;
  await endSession(context, principal, id);
}
