import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../ports/records/records.ts';
import { eraPositions } from './journal.ts';
import { allKeptMs } from './kept-moments.ts';
import { driveEffects, drives, pastEntries, pastEras } from './tables.ts';
import { filesWorld } from './test-files.ts';

test('FILE-7: an era of a folder goes with the last of what ended in it, and not the era of now', async () => {
  const { files, records, clock, person, content } = filesWorld();
  const ann = person();
  const change = async (count: number) => {
    for (let i = 0; i < count; i++) await files.write(ann, { path: '/a' }, { content: content() });
  };
  await change(3);
  const head = await records.get(drives, [ann.userId]);
  await records.commit({
    decide: [
      write.replace(driveEffects, [ann.userId], { effects: '[]' }, head!.version),
      write.replace(drives, [ann.userId], { ...head!.value, position: eraPositions + 5 }, head!.version),
    ],
    hints: [{ kind: 'k', key: 'k', data: {} }],
  });
  await change(3);
  const eras = async () => (await records.list(pastEras, [ann.userId], { limit: 10 })).length;
  assert.equal(await eras(), 2);
  clock.advance(2 * allKeptMs);
  while (!(await files.tend(ann.userId)));
  assert.equal(await eras(), 1);
  const { rows } = await records.scan(pastEntries, { limit: 10 });
  assert.ok(rows.every(({ key }) => key[1] === '000000001'));
  await change(1);
  assert.equal(await eras(), 1);
});
