import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { forbidden, notFound } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { changeAccount, commitForUser, historyWrite } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { findByEmail } from './emails.ts';
import { checkPassword } from './password-rules.ts';
import { accountCredentials, accounts, passwordResets } from './tables.ts';
import { mintToken, parseToken, secretMatches } from './tokens.ts';

export const resetLifeMs = 3_600_000;
/** Links that can wait for one account: more requests send nothing until one has expired. */
export const resetsMax = 3;

export interface ResetLink {
  url: string;
  token: string;
  expiresAtMs: number;
}

/**
 * Sends a link to whoever owns the address, if anybody does. Nothing is looked up before this returns, so
 * neither the answer nor its time tells whether there is an account.
 */
export function requestPasswordReset(context: AccountsContext, { email }: { email: string }): void {
  const address = email.trim().normalize('NFC').toLowerCase();
  context.mails.add('sending a link to reset a password', async () => {
    const userId = await findByEmail(context.records, address);
    const account = userId && (await context.records.get(accounts, [userId]));
    if (!account || account.value.state === 'deleted' || account.value.closedByAdmin) return;
    const link = await mintReset(context, userId);
    if (link) await context.mailer.send(resetMail(account.value.email, account.value.username, link.url));
  });
}

const resetMail = (to: string, username: string, url: string) => ({
  to,
  subject: 'A new password for Kith',
  text: `Hello ${username},

somebody asked for a new password for your account. If that was you, choose one here within the hour:

${url}

If it was not you, there is nothing to do: your password stays as it is.
`,
});

/** For administrators and the command line, where there is no mail: the link is handed over in another way. */
export async function createResetLink(
  context: AccountsContext,
  principal: Principal,
  userId: Id,
): Promise<ResetLink> {
  if (!principal.isAdmin) throw forbidden('Only an administrator may do this.');
  const account = await context.directory.get(userId);
  if (!account || account.state === 'deleted') throw notFound();
  return (await mintReset(context, userId, { replacesOldest: true }))!;
}

async function mintReset(
  context: AccountsContext,
  userId: Id,
  { replacesOldest = false } = {},
): Promise<ResetLink | undefined> {
  const { records, ids, clock, settings } = context;
  const nowMs = clock.nowMs();
  const rows = await records.list(passwordResets, [userId], { limit: resetsMax + 1 });
  const live = rows.filter(({ value }) => value.expiresAtMs > nowMs);
  if (live.length >= resetsMax && !replacesOldest) return undefined;
  const ended = rows.filter((row) => !live.includes(row) || live.indexOf(row) <= live.length - resetsMax);
  const id = ids.next();
  const { token, secretHash } = mintToken('kr', userId, id);
  const expiresAtMs = nowMs + resetLifeMs;
  const decide: Write[] = [
    write.insert(passwordResets, [userId, id], { secretHash, expiresAtMs }),
    ...ended.map(({ key, version }) => write.remove(passwordResets, key, version)),
  ];
  const result = await commitForUser(context, userId, 'seen', { decide });
  // Another request removed the same expired rows first: it has sent a link of its own.
  if (!result.ok) return replacesOldest ? mintReset(context, userId, { replacesOldest }) : undefined;
  return { url: `${settings.publicUrl}/reset/${token}`, token, expiresAtMs };
}

const linkEnded = () => notFound('This link has been used or is too old. Please ask for a new one.');

/** Sets a new password with a link's token; ends every session and every other link. */
export async function resetPassword(
  context: AccountsContext,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const { records, hasher, clock } = context;
  const parsed = parseToken(token);
  if (parsed?.kind !== 'kr') throw linkEnded();
  const { userId, id, secret } = parsed;
  const readReset = async () => {
    const row = await records.get(passwordResets, [userId, id]);
    const isLive =
      row && row.value.expiresAtMs > clock.nowMs() && secretMatches(secret, row.value.secretHash);
    if (!isLive) throw linkEnded();
    return row;
  };
  await readReset();
  const account = await records.get(accounts, [userId]);
  if (!account) throw linkEnded();
  checkPassword(password, account.value);
  const passwordHash = await hasher.hash(password);
  await changeAccount(context, userId, async (row) => {
    const [reset, credentials] = await Promise.all([readReset(), records.get(accountCredentials, [userId])]);
    if (!credentials || row.state === 'deleted') throw linkEnded();
    const sessionEpoch = credentials.value.sessionEpoch + 1;
    const others = await records.list(passwordResets, [userId], { limit: resetsMax + 1 });
    return {
      account: row,
      what: 'credentials',
      decide: [
        write.remove(passwordResets, [userId, id], reset.version),
        ...others
          .filter(({ key }) => key[1] !== id)
          .map(({ key, version }) => write.remove(passwordResets, key, version)),
        write.replace(accountCredentials, [userId], { passwordHash, sessionEpoch }, credentials.version),
      ],
      mirrors: [historyWrite(context, userId, 'password-reset', userId)],
    };
  });
}
