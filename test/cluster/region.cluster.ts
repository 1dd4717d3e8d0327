/** An installation is at home in one region: processes of another neither start nor go on. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from 'cassandra-driver';
import { createClient } from '../../src/adapters/cassandra/driver-session.ts';
import { freshFolder, KithProcess, removeFolder, runKith } from '../e2e/kith-process.ts';
import { engine } from './cassandra-keyspace.ts';
import { ownNamespace } from './own-namespace.ts';

const namespace = ownNamespace();
const cluster = { ...namespace.env, KITH_SECRET: 'only for tests, and the same for all of them' };
const here = engine.localDataCenter;
let folder: string;
let client: Client;

before(async () => {
  folder = await freshFolder();
  const { code, output } = await runKith(['migrate'], folder, cluster);
  assert.equal(code, 0, output);
  client = createClient(engine, namespace.name);
});
after(async () => {
  await client.shutdown();
  await removeFolder(folder);
  await namespace.remove();
});

const moveTo = (region: string) =>
  client.execute(`UPDATE store_state SET value = ? WHERE name = 'home' IF EXISTS`, [region]);

test('a process ends when another region takes over, and starts where its own has', async () => {
  const running = await KithProcess.start(folder, { ...cluster, KITH_ROLES: 'api' });
  await moveTo('elsewhere');
  const { code, output } = await running.ended;
  assert.notEqual(code, 0);
  assert.match(output, /at home in the region elsewhere/);

  for (const command of ['serve', 'migrate']) {
    const refused = await runKith([command], folder, cluster);
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.output,
      new RegExp(`at home in the region elsewhere, and this process belongs to ${here}`),
    );
  }
  const told = await runKith(['region'], folder, cluster);
  assert.match(told.output, /The home region is elsewhere\./);

  const taken = await runKith(['region', '--take-over'], folder, cluster);
  assert.match(taken.output, new RegExp(`${here} is the home region now; it was elsewhere\\.`));
  const again = await KithProcess.start(folder, { ...cluster, KITH_ROLES: 'api' });
  assert.equal((await again.stop()).code, 0);
});
