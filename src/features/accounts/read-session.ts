import type { Row } from '../../ports/records/records.ts';
import type { AccountsContext } from './context.ts';
import { sessionIdleMs } from './open-session.ts';
import { accountCredentials, type SessionRow, sessions } from './tables.ts';
import { type ParsedToken, secretMatches } from './tokens.ts';

/** The session that a token names, if it still counts; the state of its account is not looked at. */
export async function readSession(
  { records, clock }: Pick<AccountsContext, 'records' | 'clock'>,
  { userId, id, secret }: ParsedToken,
): Promise<Row<SessionRow> | undefined> {
  const [row, credentials] = await Promise.all([
    records.get(sessions, [userId, id]),
    records.get(accountCredentials, [userId]),
  ]);
  if (!row || !credentials || !secretMatches(secret, row.value.secretHash)) return undefined;
  const isOver = clock.nowMs() - row.value.lastSeenAtMs >= sessionIdleMs;
  return isOver || row.value.epoch !== credentials.value.sessionEpoch ? undefined : row;
}
