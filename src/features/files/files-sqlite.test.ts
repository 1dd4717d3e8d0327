import { test } from 'node:test';
import { openTestStore, temporaryFolder } from '../../adapters/sqlite/testing.ts';
import * as tables from './tables.ts';
import { testUses } from './test-files.ts';
import { playHistory } from './test-history.ts';

const histories = 40;

test(`${histories} random lives of a drive come to the same on SQLite`, async (context) => {
  const store = await openTestStore(temporaryFolder(context), {
    tables: [...Object.values(tables), testUses],
  });
  try {
    for (let seed = 1; seed <= histories; seed++)
      await playHistory({ seed, steps: 15, records: store.records });
  } finally {
    await store.close();
  }
});
