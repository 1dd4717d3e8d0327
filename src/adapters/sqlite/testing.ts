import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { manualClock } from '../../ports/clock/clock.ts';
import { contractTables } from '../../ports/records/contract-store.ts';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from './store.ts';

/** A folder of the test's own, removed after it. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a store on the contract's tables. A fatal error fails the test. */
export async function openTestStore(
  folder: string,
  options: Partial<SqliteStoreOptions> = {},
): Promise<SqliteStore> {
  const onFatal = (error: Error) => {
    throw error;
  };
  return openSqliteStore({ folder, tables: contractTables, clock: manualClock(), onFatal, ...options });
}

/** Opens it for the body only. */
export async function withStore<T>(
  folder: string,
  body: (store: SqliteStore) => Promise<T>,
  options: Partial<SqliteStoreOptions> = {},
): Promise<T> {
  const store = await openTestStore(folder, options);
  try {
    return await body(store);
  } finally {
    await store.close();
  }
}
