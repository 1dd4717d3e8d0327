import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { defineTable, type Row, write } from '../../ports/records/records.ts';
import { openTestStore } from './testing.ts';

const things = defineTable<{ n: number }>('things', { partition: ['id'] });
const key = ['a'];
const hints = [{ kind: 'thing', key: 'a', data: {} }];
/** A full message goes to the writer at once, and not at the end of the turn. */
const messageCommits = 500;

test('whoever is told of a commit reads it in the same turn of the event loop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-turn-'));
  const { records, close } = await openTestStore(folder, { tables: [things] });
  try {
    await records.commit({ decide: [write.insert(things, key, { n: 0 })], hints });
    const reads = await new Promise<Promise<(Row<{ n: number }> | undefined)[]>>((resolve) => {
      // Answers of the writer come after timers, before what is put off until the turn ends.
      setTimeout(() => {
        const before = records.get(things, key);
        const commits = Array.from({ length: messageCommits }, (_, i) =>
          records.commit({ decide: [write.replace(things, key, { n: i + 1 }, i + 1)], hints }),
        );
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
        const after = commits.at(-1)!.then(() => records.get(things, key));
        resolve(Promise.all([before, after]));
      }, 1);
    });
    const [before, after] = await reads;
    assert.equal(before?.value.n, 0);
    assert.equal(after?.value.n, messageCommits);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});

test('what one reader changes in a row is not seen by the next', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-turn-'));
  const { records, close } = await openTestStore(folder, { tables: [things] });
  try {
    await records.commit({ decide: [write.insert(things, key, { n: 0 })], hints });
    const [first, second] = await Promise.all([records.get(things, key), records.get(things, key)]);
    first!.value.n = 7;
    assert.equal(second?.value.n, 0);
    assert.equal(await records.get(things, ['none']), undefined);
  } finally {
    await close();
    rmSync(folder, { recursive: true });
  }
});
