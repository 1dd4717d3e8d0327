import { createHash } from 'node:crypto';
import { createIdSource } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { memoryMailer } from '../../ports/mail/mail.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { type Accounts, createAccounts } from './accounts.ts';
import type { AccountsSettings } from './context.ts';
import { createPasswordHasher } from './password-hasher.ts';

export const goodPassword = 'a quiet river at dawn';

/** Accounts on a store in memory, with a clock that stands still and hashes that are quick and counted. */
export function testAccounts(settings: Partial<AccountsSettings> = {}) {
  const clock = manualClock();
  const store = createMemoryStore({ nowMs: clock.nowMs });
  const mailer = memoryMailer();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const errors: unknown[] = [];
  let hashes = 0;
  const passwordHasher = createPasswordHasher({
    derive: async (password, salt) => {
      hashes++;
      return createHash('sha256').update(salt).update(password).digest();
    },
  });
  const deps = {
    ...store,
    clock,
    ids,
    mailer,
    passwordHasher,
    secret: 's'.repeat(32),
    settings: { registration: 'open' as const, publicUrl: 'http://kith.test', ...settings },
    report: (error: unknown) => void errors.push(error),
  };
  const accounts = createAccounts(deps);
  return { ...store, accounts, deps, clock, mailer, ids, errors, hashes: () => hashes };
}

export type TestAccounts = ReturnType<typeof testAccounts>;

/** Registers somebody of that name, with `goodPassword`. */
export async function registered(accounts: Accounts, username: string) {
  const { account, token } = await accounts.register({
    username,
    email: `${username}@example.org`,
    password: goodPassword,
    device: 'a test',
  });
  const principal = await accounts.authenticator.byToken(token);
  if (!principal) throw new Error('a new token is worth nothing');
  return { account, token, principal, id: account.id };
}
