import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogEntry } from '../../ports/log/log.ts';
import { logContract } from '../../ports/log/log-contract.ts';
import { forgetTopic, freshName, makeTestStore, openTestLog } from './testing.ts';

const brokers = (process.env['KITH_KAFKA'] ?? '127.0.0.1:19092').split(',');
const promises = { isOnce: false, trims: false };

logContract('Kafka, one partition', makeTestStore(brokers, 1), { ...promises, order: 'all' });
logContract('Kafka, four partitions', makeTestStore(brokers, 4), { ...promises, order: 'key' });

test('what follows a commit later is told here when it is there, by whoever writes it', async () => {
  const name = freshName();
  const log = openTestLog({ name, brokers });
  await log.migrate();
  const seen: number[] = [];
  const handle = async (entries: readonly LogEntry[]) =>
    void seen.push(...entries.map(({ position }) => position));
  const subscription = await log.subscribe({ group: 'cache', start: 'now', handle });
  const entryAt = (position: number): LogEntry[] => [{ position, atMs: 0, kind: 'a', key: 'k', data: {} }];
  try {
    log.committed(entryAt(1), true);
    log.committed(entryAt(2), false);
    await log.publish(entryAt(1));
    await log.publish(entryAt(2));
    await subscription.caughtUp();
    assert.deepEqual(seen, [1, 2, 1]);
  } finally {
    await log.close();
    await forgetTopic(name, brokers);
  }
});
