import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logContract } from '../../ports/log/log-contract.ts';
import type { MakeStore } from '../../ports/records/contract-store.ts';
import { recordsContract } from '../../ports/records/records-contract.ts';
import { openTestStore } from './testing.ts';

const makeStore: MakeStore = async ({ tables, clock }) => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-store-'));
  const store = await openTestStore(folder, { tables, clock });
  return {
    ...store,
    async close() {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
};

recordsContract('SQLite', makeStore);
logContract('SQLite', makeStore);
