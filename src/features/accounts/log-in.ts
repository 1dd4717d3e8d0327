import type { Id } from '../../lib/ids.ts';
import { forbidden, Refusal } from '../../lib/refusal.ts';
import type { AccountsContext } from './context.ts';
import { findByEmail } from './emails.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { accountCredentials, type CredentialsRow, usernames } from './tables.ts';

export interface LogInInput {
  /** A username or an e-mail address. */
  login: string;
  password: string;
  /** What the browser or program calls itself, for the list of sessions. */
  device: string;
}

export const wrongLogin = () =>
  new Refusal('unauthenticated', 'This name and password do not belong together.', { reason: 'wrong-login' });
export const closedByAdministrator = () =>
  forbidden('This account was closed by an administrator.', 'account-closed');

/** Does not tell, by what it answers or by how long it takes, whether there is such an account. */
export async function logIn(
  context: AccountsContext,
  { login, password, device }: LogInInput,
): Promise<OpenedSession> {
  const userId = await findLogin(context, login);
  const credentials = await checkCredentials(context, userId, password);
  if (!userId || !credentials) throw wrongLogin();
  return openSession(context, userId, { epoch: credentials.sessionEpoch, device });
}

/** The credentials if the password is right. One hash is computed in any case. */
export async function checkCredentials(
  { records, hasher }: AccountsContext,
  userId: Id | undefined,
  password: string,
): Promise<CredentialsRow | undefined> {
  const row = await records.get(accountCredentials, [userId ?? '']);
  return (await hasher.verify(row?.value.passwordHash, password)) ? row?.value : undefined;
}

async function findLogin({ records }: AccountsContext, login: string): Promise<Id | undefined> {
  const name = login.trim().normalize('NFC').toLowerCase();
  if (name.includes('@') && !name.startsWith('@')) return findByEmail(records, name);
  return (await records.get(usernames, [name.replace(/^@/, '')]))?.value.userId;
}
