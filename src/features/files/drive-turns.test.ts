import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Records } from '../../ports/records/records.ts';
import { drives, driveTurns } from './tables.ts';
import { filesWorld } from './test-files.ts';

test('FILE-1 a process that always comes second is let in by the one that always comes first', async () => {
  const { commitsWhole: _, ...below } = createMemoryStore({}).records;
  let looked: () => void = () => {};
  let looks = 0;
  const first = filesWorld({
    node: 201,
    records: {
      ...below,
      get: (async (table, key) => {
        const row = await below.get(table, key);
        if (table === driveTurns && row) {
          looks++;
          looked();
        }
        return row;
      }) as Records['get'],
    },
  });
  const anna = first.person();
  const firsts: Promise<unknown>[] = [];
  const second = filesWorld({
    node: 202,
    clock: first.clock,
    records: {
      ...below,
      // Right before the second decides, the first does, unless it waits.
      async commit(wanted) {
        if (wanted.decide.some(({ table }) => table === drives) && firsts.length < 1000) {
          const writing = first.files.createFolder(anna, { path: `/first ${firsts.length}` });
          const waits = new Promise<void>((resolve) => {
            looked = resolve;
          });
          firsts.push(writing);
          await Promise.race([writing, waits]);
        }
        return await below.commit(wanted);
      },
    },
  });
  for (const name of ['a', 'b', 'c']) await second.files.createFolder(anna, { path: `/${name}` });
  assert.ok(firsts.length <= 3 * 4, `${firsts.length} races`);
  assert.ok(looks > 0, 'the first waited');
  await Promise.all(firsts);
  const { items } = await first.files.list(anna, { id: anna.userId }, { limit: 50 });
  assert.equal(items.length, firsts.length + 3, 'everything is there');
});

test('FILE-1 a turn that nobody ends holds nobody up for long', async () => {
  const { commitsWhole: _, ...records } = createMemoryStore({}).records;
  const world = filesWorld({ records });
  const anna = world.person();
  const turn = { of: 'a process that stopped', untilMs: world.clock.nowMs() + 3_600_000 };
  await records.commit({
    decide: [],
    then: [{ op: 'put', table: driveTurns, key: [anna.userId], value: turn }],
    hints: [{ kind: 'files.waiting', key: anna.userId, data: {} }],
  });
  await world.files.createFolder(anna, { path: '/docs' });
  assert.equal((await world.files.get(anna, { path: '/docs' })).entry?.name, 'docs');
});
