import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errors } from 'cassandra-driver';
import { UnknownOutcome } from './cql.ts';
import { createClient, meaningOf } from './driver-session.ts';

test('whatever happens to a connection leaves the outcome unknown; a mistake of ours is one', () => {
  const closed = Object.assign(new Error('Socket was closed'), { isSocketError: true });
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const lost = [
    closed,
    reset,
    new errors.OperationTimedOutError('The host 127.0.0.1 did not reply', '127.0.0.1'),
    new errors.NoHostAvailableError({}),
    new errors.BusyConnectionError('127.0.0.1', 2048, 1),
  ];
  for (const error of lost) assert.ok(meaningOf(error) instanceof UnknownOutcome, error.message);
  const wrong = new errors.ArgumentError('not so');
  assert.equal(meaningOf(wrong), wrong);
});

test('a node that is back is found within seconds, however long it was away', async () => {
  const client = createClient({ contactPoints: ['127.0.0.1'], localDataCenter: 'here' });
  const { options } = client as unknown as {
    options: { policies: { reconnection: { newSchedule(): Iterator<number> } } };
  };
  const waits = options.policies.reconnection.newSchedule();
  const waitsMs = Array.from({ length: 30 }, () => waits.next().value as number);
  assert.ok(Math.max(...waitsMs) <= 3_000, waitsMs.join());
  await client.shutdown();
});
