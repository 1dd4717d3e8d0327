import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, notFound, Refusal } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { write } from '../../ports/records/records.ts';
import { claimWrites, findReplay, replayedResult } from '../idempotency/index.ts';
import { type AppPassword, appPasswordsMax, readAppPasswords } from './app-password-cache.ts';
import { accountHint, busy, commitForUser, forgetChanged } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { digestHa1 } from './digest.ts';
import { type AppPasswordRow, appPasswords } from './tables.ts';
import { mintToken } from './tokens.ts';

const nameBytesMax = 200;
const attemptsMax = 5;

export interface CreatedAppPassword {
  id: Id;
  name: string;
  /** Shown once. */
  secret: string;
}

/** A stolen app password must not beget others, nor end sessions. */
export function requireSession({ credentialId }: Principal): void {
  if (credentialId?.startsWith('app-password:')) {
    throw forbidden('Log in with your own password to do this.', 'own-password');
  }
}

export async function createAppPassword(
  context: AccountsContext,
  principal: Principal,
  input: { name: string },
  claim?: IdempotencyClaim,
): Promise<CreatedAppPassword> {
  requireSession(principal);
  const { records, ids, clock, directory } = context;
  const { userId } = principal;
  const name = cleanText(input.name, { field: 'name', bytesMin: 1, bytesMax: nameBytesMax });
  if (await findReplay(records, claim)) throw alreadyShown();
  const account = await directory.get(userId);
  if (!account) throw notFound();
  if ((await readAppPasswords(records, userId)).length >= appPasswordsMax) {
    throw new Refusal('conflict', `There can be ${appPasswordsMax} app passwords. Remove one first.`, {
      reason: 'app-passwords-max',
    });
  }
  const id = ids.next();
  const { token, secretHash } = mintToken('ka', userId, id);
  const nowMs = clock.nowMs();
  const row: AppPasswordRow = {
    name,
    secretHash,
    ha1: digestHa1(account.username, token),
    createdAtMs: nowMs,
    lastUsedAtMs: null,
  };
  const result = await records.commit({
    claims: claimWrites(claim, id, nowMs),
    decide: [write.insert(appPasswords, [userId, id], row)],
    hints: [accountHint(userId, 'credentials')],
  });
  if (replayedResult(result, claim)) throw alreadyShown();
  if (!result.ok) throw busy();
  forgetChanged(context, userId, 'credentials');
  return { id, name, secret: token };
}

/** The secret is not kept, so a repeated request cannot be answered with it. */
const alreadyShown = () =>
  new Refusal(
    'conflict',
    'This app password was made already, and its secret is shown once only. Remove it and make another.',
  );

export async function listAppPasswords(
  { records }: AccountsContext,
  { userId }: Principal,
): Promise<AppPassword[]> {
  return (await readAppPasswords(records, userId)).reverse();
}

export async function revokeAppPassword(
  context: AccountsContext,
  principal: Principal,
  id: Id,
): Promise<void> {
  requireSession(principal);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await context.records.get(appPasswords, [principal.userId, id]);
    if (!row) throw notFound();
    const result = await commitForUser(context, principal.userId, 'credentials', {
      decide: [write.remove(appPasswords, row.key, row.version)],
    });
    if (result.ok) return;
  }
  throw busy();
}
