import { test } from 'node:test';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import * as tables from './tables.ts';
import { testUses } from './test-files.ts';
import { playHistory } from './test-history.ts';

const histories = Number(process.env['KITH_TEST_HISTORIES'] ?? 12);
const space = await testKeyspace([...Object.values(tables), testUses]);

test(`${histories} random lives of a drive come to the same on Cassandra`, async () => {
  const store = await openTestStore(space);
  try {
    for (let seed = 1; seed <= histories; seed++)
      await playHistory({ seed, steps: 12, records: store.records });
  } finally {
    await store.close();
  }
});
