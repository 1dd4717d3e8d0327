import { createIdSource } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { noMailer } from '../../ports/mail/mail.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Records } from '../../ports/records/records.ts';
import { createAccounts, createPasswordHasher } from '../accounts/index.ts';
import { createGraph } from './graph.ts';

/** Accounts and a graph on a store in memory. `wrap` may stand between the graph and the records. */
export async function testGraph({ wrap = (records: Records) => records } = {}) {
  const clock = manualClock();
  const store = createMemoryStore({ nowMs: clock.nowMs });
  const ids = createIdSource({ nowMs: clock.nowMs });
  const accounts = createAccounts({
    ...store,
    clock,
    ids,
    mailer: noMailer,
    passwordHasher: createPasswordHasher({ derive: async (password) => password }),
    settings: { registration: 'open', publicUrl: 'http://kith.test' },
    secret: 's'.repeat(32),
  });
  const deps = {
    ...store,
    clock,
    ids,
    accounts: accounts.directory,
    readAccount: accounts.readAccount,
  };
  const graph = createGraph({ ...deps, records: wrap(store.records) });
  const person = async (username: string): Promise<Principal> => {
    const { token } = await accounts.register({
      username,
      email: `${username}@example.org`,
      password: 'a quiet river at dawn',
      device: '',
    });
    return (await accounts.authenticator.byToken(token))!;
  };
  return { ...store, deps, clock, ids, accounts, graph, person };
}
