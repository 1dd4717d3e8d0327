import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raceCollection } from './collection-race.ts';

test('collection racing 2,000 uploads, shares, restores and deletions takes nothing that is referred to', async (t) => {
  const tally = await raceCollection({ operations: 2000, seed: 1 });
  t.diagnostic(JSON.stringify(tally));
  assert.ok(tally.contentsRemoved > 0 && tally.chunksRemoved > 0 && tally.packsRemoved > 0);
});
