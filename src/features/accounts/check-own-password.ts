import type { Principal } from '../../lib/principal.ts';
import { forbidden, Refusal } from '../../lib/refusal.ts';
import type { Budget } from '../../ports/rate-limits/rate-limits.ts';
import type { AccountsContext } from './context.ts';
import { checkCredentials } from './log-in.ts';

/** Whoever holds a stolen session must not find out the password by trying; being right takes the failures back. */
const ownPasswordBudget: Budget = { name: 'own-password', takesMax: 10, windowMs: 15 * 60_000 };

/** Throws unless this is the password of the caller, who is logged in already. */
export async function checkOwnPassword(
  context: AccountsContext,
  { userId }: Principal,
  password: string,
): Promise<void> {
  const { rateLimits } = context;
  const verdict = await rateLimits?.take(ownPasswordBudget, userId);
  if (verdict && !verdict.allowed) {
    throw new Refusal('rate-limited', 'Too many wrong passwords. Please try again later.', {
      reason: 'wrong-passwords',
      retryAfterSeconds: Math.ceil(verdict.resetMs / 1000),
    });
  }
  if (!(await checkCredentials(context, userId, password)))
    throw forbidden('The password is not right.', 'wrong-password');
  await rateLimits?.reset(ownPasswordBudget, userId);
}
