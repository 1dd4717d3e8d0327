import assert from 'node:assert/strict';
import { test } from 'node:test';
import { engine, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { moveHome, readHome, settleHome, watchHome } from './home-region.ts';

const here = engine.localDataCenter;

test('the first region that prepares the engines is the home, and stays it', async () => {
  const { keyspace, cql } = await testKeyspace();
  const options = { ...engine, keyspace };
  await assert.rejects(moveHome(options), /no home region/);
  assert.equal(await readHome(options), undefined);
  assert.deepEqual(await Promise.all([settleHome(options), settleHome(options)]), [here, here]);
  await cql(`UPDATE store_state SET value = 'elsewhere' WHERE name = 'home' IF EXISTS`);
  assert.equal(await settleHome(options), 'elsewhere');
});

test('a region that takes over is told to others, which then end', async () => {
  const { keyspace, cql } = await testKeyspace();
  const options = { ...engine, keyspace };
  await settleHome(options);
  const moved = Promise.withResolvers<string>();
  const watch = await watchHome(options, { onMoved: moved.resolve, everyMs: 20 });
  await cql(`UPDATE store_state SET value = 'elsewhere' WHERE name = 'home' IF EXISTS`);
  assert.equal(await moved.promise, 'elsewhere');
  await watch.close();
  assert.equal(await moveHome(options), 'elsewhere');
  assert.equal(await readHome(options), here);
});
