import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../ports/records/records.ts';
import { stretchPositions } from './journal.ts';
import { driveEffects, drives } from './tables.ts';
import { filesWorld } from './test-files.ts';

test('FILE-10: a commit whose changes lie on both sides of a border of the journal is told whole', async () => {
  const w = filesWorld();
  const ann = w.person();
  await w.files.write(ann, { path: '/first' }, { content: w.content() });
  const place = [ann.userId];
  const [head, beside] = [await w.records.get(drives, place), await w.records.get(driveEffects, place)];
  await w.records.commit({
    decide: [
      write.replace(drives, place, { ...head!.value, position: stretchPositions - 9 }, head!.version),
      write.replace(driveEffects, place, { effects: '[]' }, beside!.version),
    ],
    hints: [{ kind: 'k', key: 'k', data: {} }],
  });
  const files = w.open();
  const start = await files.latestCursor(ann, {});
  const names = Array.from({ length: 30 }, (_, i) => `f${i}`);
  await Promise.all(names.map((name) => files.write(ann, { path: `/${name}` }, { content: w.content() })));
  for (const limit of [1, 4, 100]) {
    const told: string[] = [];
    let cursor = start;
    for (let hasMore = true; hasMore; ) {
      const page = await files.changes(ann, { cursor, limit });
      told.push(...page.items.map(({ node }) => node!.name));
      cursor = page.nextCursor;
      hasMore = page.hasMore;
    }
    assert.deepEqual(told, names, `in pages of ${limit}`);
  }
});
