import type { Id } from '../../lib/ids.ts';
import { loadingCache } from '../../ports/cache/loading-cache.ts';
import { type Records, write } from '../../ports/records/records.ts';
import { accountHint } from './change-account.ts';
import type { AccountsContext } from './context.ts';
import { type AppPasswordRow, appPasswords } from './tables.ts';

export const appPasswordsMax = 50;
const peopleCachedMax = 10_000;

export interface AppPassword extends AppPasswordRow {
  id: Id;
}

export interface AppPasswordCache {
  of(userId: Id): Promise<AppPassword[]>;
  forget(userId: Id): void;
}

export function createAppPasswordCache(records: Records): AppPasswordCache {
  const cache = loadingCache<{ all: AppPassword[] }>({
    sizeMax: peopleCachedMax,
    load: (userIds) =>
      Promise.all(userIds.map(async (userId) => ({ all: await readAppPasswords(records, userId) }))),
  });
  return {
    of: async (userId) => (await cache.get(userId))?.all ?? [],
    forget: (userId) => cache.invalidate(userId),
  };
}

export async function readAppPasswords(records: Records, userId: Id): Promise<AppPassword[]> {
  const rows = await records.list(appPasswords, [userId], { limit: appPasswordsMax });
  return rows.map(({ key, value }) => ({ id: key[1]!, ...value }));
}

/** Writes down that it was used; a conflict means that somebody else did, or that it is gone. */
export async function touchAppPassword(context: AccountsContext, userId: Id, id: Id): Promise<void> {
  const { records, clock } = context;
  const row = await records.get(appPasswords, [userId, id]);
  if (!row) return;
  const value: AppPasswordRow = { ...row.value, lastUsedAtMs: clock.nowMs() };
  await records.commit({
    decide: [write.replace(appPasswords, [userId, id], value, row.version)],
    hints: [accountHint(userId, 'seen')],
  });
}
