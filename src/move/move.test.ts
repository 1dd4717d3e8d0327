import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryBlobs } from '../ports/blobs/memory-blobs.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { contractTables, counts, following, hint, marks, things } from '../ports/records/contract-store.ts';
import { createMemoryStore } from '../ports/records/memory-store.ts';
import { type Row, type Table, write } from '../ports/records/records.ts';
import { checkRows } from './check-rows.ts';
import { checkBlobs, copyBlobs } from './copy-blobs.ts';
import { copyRows } from './copy-rows.ts';
import { addRows, canonical, isSame, type Sums } from './digest.ts';
import { keepMark, newMark } from './mark.ts';
import { requireOwnTarget } from './require-own-target.ts';

const ignore = () => {};

/** A target in memory, which fails after so many calls as a killed process would stop. */
function fragileTarget() {
  const rows = new Map<string, { table: Table<object>; row: Row<object> }>();
  let mark: string | undefined;
  let left = Number.POSITIVE_INFINITY;
  const use = () => {
    if (left-- <= 0) throw new Error('cut off');
  };
  return {
    rows,
    failAfter: (calls: number) => {
      left = calls;
    },
    async put(table: Table<object>, page: readonly Row<object>[]) {
      for (const row of page) {
        use();
        rows.set(JSON.stringify([table.name, row.key]), { table, row });
      }
    },
    mark: async () => mark,
    async setMark(before: string | undefined, after: string | undefined) {
      use();
      assert.equal(before, mark);
      mark = after;
    },
    async eachPage(see: (table: Table<object>, rows: readonly Row<object>[]) => void) {
      for (const { table, row } of [...rows.values()].reverse()) see(table, [row]);
    },
  };
}

async function smallStore() {
  const { records } = createMemoryStore(manualClock());
  for (let i = 0; i < 25; i++) {
    await records.commit({ decide: [write.insert(things, ['a', `${i}`], { i })], hints: [hint()] });
    await records.commit(
      following(write.put(marks, [`o${i}`, 'd', 'm'], { i }), write.add(counts, ['a', 'n'], { n: 1 })),
    );
  }
  await records.commit({
    decide: [write.replace(things, ['a', '3'], { changed: true }, 1)],
    hints: [hint()],
  });
  return records;
}

test('a move cut off anywhere, any number of times, ends with the same rows', async () => {
  const records = await smallStore();
  const cutsAfter = fc.array(fc.nat(30), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cutsAfter, fc.integer({ min: 1, max: 40 }), async (cuts, pageRows) => {
      const target = fragileTarget();
      const source = { installation: 'x', logHead: 1 };
      const copy = async () => {
        const keeper = await keepMark(target, newMark(source));
        await copyRows({ records, tables: contractTables, target, keeper, pageRows, progress: ignore });
        return keeper.mark;
      };
      for (const calls of cuts) {
        target.failAfter(calls);
        await copy().catch((error) => assert.match(String(error), /cut off/));
      }
      target.failAfter(Number.POSITIVE_INFINITY);
      assert.equal((await copy()).rows, 25 + 25 + 1);
      const checked = await checkRows({ records, tables: contractTables, target, progress: ignore });
      assert.ok(checked.every((table) => table.isSame));
      assert.equal(
        checked.reduce((sum, { there }) => sum + there, 0),
        51,
      );
    }),
    { numRuns: 60 },
  );
});

test('a row that lacks, is too many, or differs in value or version is found', async () => {
  const records = await smallStore();
  const whole = async (change: (rows: ReturnType<typeof fragileTarget>['rows']) => void) => {
    const target = fragileTarget();
    const keeper = await keepMark(target, newMark({ installation: 'x', logHead: 1 }));
    await copyRows({ records, tables: contractTables, target, keeper, pageRows: 1000, progress: ignore });
    change(target.rows);
    const checked = await checkRows({ records, tables: contractTables, target, progress: ignore });
    return checked.filter((table) => !table.isSame).map(({ name }) => name);
  };
  const key = JSON.stringify(['things', ['a', '3']]);
  const put = (change: Partial<Row<object>>) => (rows: ReturnType<typeof fragileTarget>['rows']) => {
    const { table, row } = rows.get(key)!;
    rows.set(key, { table, row: { ...row, ...change } });
  };
  assert.deepEqual(await whole(ignore), []);
  assert.deepEqual(await whole((rows) => rows.delete(key)), ['things']);
  assert.deepEqual(await whole(put({ version: 1 })), ['things']);
  assert.deepEqual(await whole(put({ value: { changed: 'true' } })), ['things']);
  assert.deepEqual(
    await whole((rows) =>
      rows.set('more', { table: counts, row: { key: ['b', 'n'], value: {}, version: 1 } }),
    ),
    ['counts'],
  );
});

test('sums depend neither on the order of rows nor on that of members', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), (values) => {
      const rows = values.map((value, i) => ({ key: [`${i}`], value: { value }, version: 1 }));
      const sumOf = (list: Row<object>[]) => {
        const sums: Sums = new Map();
        for (const row of list) addRows(sums, things, [row]);
        addRows(sums, things, []);
        return sums.get('things')!;
      };
      assert.ok(isSame(sumOf(rows), sumOf(rows.toReversed())));
    }),
  );
  assert.equal(canonical({ b: [1, { d: 1, c: undefined }], a: null }), '{"a":null,"b":[1,{"d":1}]}');
});

test('files are copied as well, those that are over not again', async () => {
  const clock = manualClock();
  const [from, to] = [memoryBlobs({ clock }), memoryBlobs({ clock })];
  for (let i = 0; i < 130; i++) {
    await from.put(`originals/f${i}`, new Uint8Array(i), { type: 'image/webp' });
  }
  const target = fragileTarget();
  const copy = async () => {
    const keeper = await keepMark(target, newMark({ installation: 'x', logHead: 1 }));
    await copyBlobs({ from, to, keeper, progress: ignore });
  };
  target.failAfter(1);
  await assert.rejects(copy(), /cut off/);
  assert.deepEqual((await checkBlobs(from, to)).lacking.length, 10);
  target.failAfter(Number.POSITIVE_INFINITY);
  await copy();
  assert.deepEqual(await checkBlobs(from, to), { files: 130, lacking: [] });
  assert.equal((await to.stat('originals/f9'))?.type, 'image/webp');
  await to.delete('originals/f9');
  assert.deepEqual(await checkBlobs(from, to), { files: 130, lacking: ['originals/f9'] });
});

test('a target that is in use, holds something, or is of another installation or moment is refused', async () => {
  const namespace = 'kith';
  const source = { installation: 'x', logHead: 1 };
  const attempt = async (
    target: ReturnType<typeof fragileTarget>,
    { now = source, traces = [] as string[], processes = 0 },
  ) => {
    const keeper = await keepMark(target, newMark(now));
    const looks = { traces: async () => traces, processes: async () => processes };
    await requireOwnTarget({ keeper, source: now, target: looks, namespace });
  };
  const fresh = fragileTarget();
  await assert.rejects(attempt(fresh, { traces: ['decided'] }), /not empty: something is in decided/);
  await assert.rejects(attempt(fresh, { processes: 1 }), /Kith serves on the namespace/);
  assert.equal(await fresh.mark(), undefined, 'a refused move leaves no mark');
  await attempt(fresh, {});
  await attempt(fresh, { traces: ['decided'] });
  await assert.rejects(attempt(fresh, { processes: 1 }), /Kith serves/);
  assert.notEqual(await fresh.mark(), undefined);
  await assert.rejects(attempt(fresh, { now: { ...source, logHead: 2 } }), /was used after its move/);
  await assert.rejects(attempt(fresh, { now: { ...source, installation: 'y' } }), /Another installation/);
});
