import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import type { Account } from './account.ts';
import { changeAccount, historyWrite } from './change-account.ts';
import { checkOwnPassword } from './check-own-password.ts';
import type { AccountsContext } from './context.ts';
import { claimEmail, emailTaken, normalizeEmail } from './emails.ts';
import { requireSession } from './manage-app-passwords.ts';
import { checkPassword } from './password-rules.ts';
import { cleanProfileFields, type ProfileFields } from './profile-fields.ts';
import { resetsMax } from './reset-password.ts';
import { type AccountRow, accountCredentials, passwordResets, sessions } from './tables.ts';

export interface UpdateAccountInput extends ProfileFields {
  avatarMediaId?: Id | null | undefined;
  isPrivate?: boolean | undefined;
  /** Changing the address or password needs `currentPassword`. */
  email?: string | undefined;
  password?: string | undefined;
  currentPassword?: string | undefined;
}

/** Changes one's own record; all fields of a request or none. */
export async function updateAccount(
  context: AccountsContext,
  principal: Principal,
  input: UpdateAccountInput,
): Promise<Account> {
  const { userId } = principal;
  const profile = cleanProfileFields(input, context.clock.nowMs());
  const avatar = await avatarChange(context, principal, input.avatarMediaId);
  const secrets = await planSecrets(context, principal, input);
  return changeAccount(context, userId, async (row) => {
    const account: AccountRow = { ...row, ...profile, ...avatar };
    if (input.isPrivate !== undefined) account.isPrivate = input.isPrivate;
    const changes = await secrets?.(account);
    if (!changes && sameValues(row, account)) return undefined;
    const what = changes?.endsSessions
      ? 'credentials'
      : account.isPrivate === row.isPrivate
        ? 'profile'
        : 'privacy';
    return { account, what, ...changes?.writes };
  });
}

const sameValues = (a: AccountRow, b: AccountRow) => JSON.stringify(a) === JSON.stringify(b);

async function avatarChange(
  { avatarUrlOf }: AccountsContext,
  principal: Principal,
  mediaId: Id | null | undefined,
): Promise<{ avatarUrl?: string | null }> {
  if (mediaId === undefined) return {};
  if (avatarUrlOf) return { avatarUrl: await avatarUrlOf(principal, mediaId) };
  if (mediaId === null) return { avatarUrl: null };
  throw invalid('avatarMediaId', 'There is no such picture.');
}

/**
 * Checks what changes address or password, and answers how to apply it to a row. A new password ends every
 * session but the one that changed it.
 */
async function planSecrets(context: AccountsContext, principal: Principal, input: UpdateAccountInput) {
  if (input.email === undefined && input.password === undefined) return undefined;
  requireSession(principal);
  const { records, hasher } = context;
  const { userId } = principal;
  if (!input.currentPassword) {
    throw invalid('currentPassword', 'Your current password is needed to change this.', 'password-needed');
  }
  const email = input.email === undefined ? undefined : normalizeEmail(input.email);
  const account = await context.directory.get(userId);
  if (input.password !== undefined && account) {
    checkPassword(input.password, { username: account.username, email: email ?? account.email });
  }
  await checkOwnPassword(context, principal, input.currentPassword);
  const passwordHash = input.password === undefined ? undefined : await hasher.hash(input.password);

  return async (row: AccountRow) => {
    const claims = [];
    const mirrors = [];
    const decide = [];
    if (email !== undefined && email !== row.email) {
      const claim = await claimEmail(records, email, userId);
      if (!claim) throw emailTaken();
      row.email = email;
      claims.push(claim);
      mirrors.push(historyWrite(context, userId, 'email-changed', userId));
    }
    if (passwordHash !== undefined) {
      decide.push(...(await passwordWrites(context, principal, passwordHash)));
      mirrors.push(historyWrite(context, userId, 'password-changed', userId));
    }
    if (mirrors.length === 0) return undefined;
    const endsSessions = decide.length > 0;
    // Links on their way to the old address, or asked for by whoever made a new password necessary.
    const links = await records.list(passwordResets, [userId], { limit: resetsMax + 1 });
    decide.push(...links.map(({ key, version }) => write.remove(passwordResets, key, version)));
    return { writes: { claims, decide, mirrors }, endsSessions };
  };
}

async function passwordWrites({ records }: AccountsContext, principal: Principal, passwordHash: string) {
  const { userId, credentialId } = principal;
  const sessionId = credentialId?.startsWith('session:') ? credentialId.slice(8) : '';
  const [credentials, current] = await Promise.all([
    records.get(accountCredentials, [userId]),
    records.get(sessions, [userId, sessionId]),
  ]);
  if (!credentials) return [];
  const sessionEpoch = credentials.value.sessionEpoch + 1;
  const writes = [
    write.replace(accountCredentials, [userId], { passwordHash, sessionEpoch }, credentials.version),
  ];
  if (current && current.value.epoch === credentials.value.sessionEpoch) {
    writes.push(
      write.replace(sessions, current.key, { ...current.value, epoch: sessionEpoch }, current.version),
    );
  }
  return writes;
}
