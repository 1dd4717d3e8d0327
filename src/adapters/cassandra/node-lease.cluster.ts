import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { idFromNumber } from '../../lib/ids.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { leaseNode } from './node-lease.ts';

test('processes get different numbers, and one given back is taken again with its newest id', async () => {
  const { keyspace } = await testKeyspace();
  const newest = idFromNumber(123_456);
  const lease = () =>
    leaseNode({ ...engine, keyspace, clock: systemClock, newest: () => newest, onLost: assert.fail });
  const many = await Promise.all(Array.from({ length: 24 }, lease));
  assert.equal(new Set(many.map(({ node }) => node)).size, 24);
  assert.ok(many.every((each) => each.isHeld() && each.after === undefined));
  await many[3]!.release();
  const next = await lease();
  assert.equal(next.node, many[3]!.node);
  assert.equal(next.after, newest);
  for (const each of [...many.filter((_, i) => i !== 3), next]) await each.release();
});

test('a number whose holder vanished is left alone until surely nobody holds it', async () => {
  const { keyspace, cql } = await testKeyspace();
  const nowMs = systemClock.nowMs();
  for (let node = 0; node < 256; node++) {
    const untilMs = node === 77 ? nowMs - 31_000 : nowMs - 20_000;
    await cql(`INSERT INTO nodes (list, node, holder, until_ms) VALUES ('nodes', ${node}, 'x', ${untilMs})`);
  }
  const lease = () =>
    leaseNode({ ...engine, keyspace, clock: systemClock, newest: () => undefined, onLost: assert.fail });
  const found = await lease();
  assert.equal(found.node, 77);
  await assert.rejects(lease(), /No number is free/);
  await found.release();
});
