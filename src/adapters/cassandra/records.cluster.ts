import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryLog } from '../../ports/log/memory-log.ts';
import type { MakeStore } from '../../ports/records/contract-store.ts';
import { recordsContract } from '../../ports/records/records-contract.ts';

const space = await testKeyspace();

/** The outbox read as a log; what subscribes is another adapter's part. */
const makeStore: MakeStore = async ({ clock }) => {
  await space.clear();
  const store = await openTestStore(space, { clock: { ...manualClock(), nowMs: clock.nowMs } });
  const { log } = createMemoryLog(clock.nowMs);
  return {
    records: store.records,
    log: { ...log, head: store.head, read: store.readAfter },
    close: store.close,
  };
};

recordsContract('Cassandra', makeStore);
