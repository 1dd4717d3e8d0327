import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commitWritesMax, type Records, write } from '../../ports/records/records.ts';
import { nameKeyOf } from './names.ts';
import type { Entry } from './node.ts';
import { folderEntries } from './tables.ts';
import { filesWorld } from './test-files.ts';

/** Counts what is asked of the records, and the rows that come of it. */
function counted(records: Records): { records: Records; taken: () => { asked: number; rows: number } } {
  let [asked, rows] = [0, 0];
  const seen = <Found>(found: readonly (Found | undefined)[]) => {
    asked++;
    rows += found.filter((row) => row !== undefined).length;
  };
  return {
    records: {
      ...records,
      async get(table, key) {
        const row = await records.get(table, key);
        seen([row]);
        return row;
      },
      async getMany(table, keys) {
        const found = await records.getMany(table, keys);
        seen(found);
        return found;
      },
      async list(table, prefix, options) {
        const found = await records.list(table, prefix, options);
        seen(found);
        return found;
      },
    },
    taken() {
      const taken = { asked, rows };
      [asked, rows] = [0, 0];
      return taken;
    },
  };
}

test('FILE-7: a page of a folder reads as much whether it holds 200 entries or 100,000, and at any place', async () => {
  const plain = filesWorld();
  const anna = plain.person();
  const { records, taken } = counted(plain.records);
  const { files } = filesWorld({ records, clock: plain.clock });
  const fill = async (path: string, count: number) => {
    const { node } = await plain.files.createFolder(anna, { path });
    const model: Entry = { ...node.entry!, kind: 'file' };
    const rows = Array.from({ length: count }, (_, i) => {
      const name = `${String(i).padStart(6, '0')}.txt`;
      return write.put(folderEntries, [node.id, nameKeyOf(name)], { ...model, id: plain.ids.next(), name });
    });
    for (let at = 0; at < count; at += commitWritesMax) {
      const then = rows.slice(at, at + commitWritesMax);
      await plain.records.commit({ decide: [], then, hints: [{ kind: 'k', key: 'k', data: {} }] });
    }
  };
  await fill('/few', 300);
  await fill('/many', 100_000);
  // The newest commit is read with the head: it should be of neither.
  await plain.files.createFolder(anna, { path: '/other' });
  const page = async (path: string, cursor?: string) => {
    taken();
    const found = await files.list(anna, { path }, { limit: 100, cursor });
    assert.equal(found.items.length, 100);
    return { cursor: found.nextCursor ?? undefined, cost: taken() };
  };
  const few = await page('/few');
  const first = await page('/many');
  assert.deepEqual(first.cost, few.cost);
  assert.ok(few.cost.asked < 10 && few.cost.rows < 110, JSON.stringify(few.cost));
  let { cursor } = first;
  for (let seen = 100; seen < 99_000; seen += 999) {
    assert.deepEqual((await page('/many', cursor)).cost, few.cost, `after ${seen}`);
    cursor = (await files.list(anna, { path: '/many' }, { limit: 999, cursor })).nextCursor ?? undefined;
  }
});
