import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { examinedRowsMax, fillPage } from './filtered-page.ts';

const keyOf = (row: number) => String(row).padStart(6, '0');

/** A list of numbers of which only some are visible; counts the rows read. */
function list(length: number, isVisible: (row: number) => boolean) {
  const state = { rowsRead: 0 };
  const page = (limit: number, from: string | undefined) =>
    fillPage({
      limit,
      from,
      async read(after, count) {
        const start = after === undefined ? 0 : Number(after) + 1;
        const rows = Array.from(
          { length: Math.max(0, Math.min(count, length - start)) },
          (_, i) => start + i,
        );
        state.rowsRead += rows.length;
        return rows;
      },
      show: async (rows) => rows.map((row) => (isVisible(row) ? row : undefined)),
      keyOf,
    });
  return { page, state };
}

test('pages hold every visible item once, in order, full but for the last, which says so', async () => {
  const flags = fc.array(fc.boolean(), { maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(flags, fc.integer({ min: 1, max: 20 }), async (visible, limit) => {
      const { page } = list(visible.length, (row) => visible[row]!);
      const seen: number[] = [];
      let from: string | undefined;
      for (;;) {
        const { items, next } = await page(limit, from);
        seen.push(...items);
        if (next === null) break;
        assert.equal(items.length, limit);
        from = next;
      }
      assert.deepEqual(
        seen,
        visible.flatMap((flag, i) => (flag ? [i] : [])),
      );
    }),
  );
});

test('an endless run of hidden rows ends the page early, and the cursor goes on behind it', async () => {
  const { page, state } = list(20_000, (row) => row === 15_000);
  const seen: number[] = [];
  let from: string | undefined;
  let pages = 0;
  do {
    const before = state.rowsRead;
    const { items, next } = await page(10, from);
    assert.ok(state.rowsRead - before < 2 * examinedRowsMax);
    seen.push(...items);
    from = next ?? undefined;
    pages++;
  } while (from !== undefined);
  assert.deepEqual(seen, [15_000]);
  assert.ok(pages > 1);
});
