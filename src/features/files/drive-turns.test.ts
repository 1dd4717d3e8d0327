import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { type Records, write } from '../../ports/records/records.ts';
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
  let takes = 0;
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
        const isTake = wanted.then?.some(({ op, table }) => op === 'put' && table === driveTurns);
        const result = await below.commit(wanted);
        // A third process, which took its turn over this one, ends it.
        if (isTake && ++takes === 1) {
          const then = [write.remove(driveTurns, [anna.userId])];
          await below.commit({ decide: [], then, hints: wanted.hints });
        }
        return result;
      },
    },
  });
  for (const name of ['a', 'b', 'c']) await second.files.createFolder(anna, { path: `/${name}` });
  assert.ok(takes >= 2, 'it asked again');
  assert.ok(firsts.length <= 3 * 4, `${firsts.length} races`);
  assert.ok(looks > 0, 'the first waited');
  await Promise.all(firsts);
  const { items } = await first.files.list(anna, { id: anna.userId }, { limit: 50 });
  assert.equal(items.length, firsts.length + 3, 'everything is there');
});

test('FILE-1 a turn that nobody ends holds each process up once, and not for long', async () => {
  const { commitsWhole: _, ...below } = createMemoryStore({}).records;
  let looks = 0;
  const get = (async (table, key) => {
    if (table === driveTurns) looks++;
    return below.get(table, key);
  }) as Records['get'];
  const world = filesWorld({ records: { ...below, get } });
  const anna = world.person();
  const turn = { of: 'a process that stopped', nth: 1 };
  await below.commit({
    decide: [],
    then: [write.put(driveTurns, [anna.userId], turn)],
    hints: [{ kind: 'files.waiting', key: anna.userId, data: {} }],
  });
  await world.files.createFolder(anna, { path: '/docs' });
  assert.equal((await world.files.get(anna, { path: '/docs' })).entry?.name, 'docs');
  const before = looks;
  await world.files.createFolder(anna, { path: '/docs/more' });
  assert.equal(looks - before, 1);
});
