import assert from 'node:assert/strict';
import { test } from 'node:test';
import { raceCollection } from './collection-race.ts';

for (let seed = 1; seed <= 5; seed++)
  test(`collection racing 10,000 uploads, shares, restores and deletions takes nothing that is referred to, ${seed}`, async (t) => {
    const tally = await raceCollection({ operations: 10_000, seed });
    t.diagnostic(JSON.stringify(tally));
    assert.ok(tally.contentsRemoved > 0 && tally.chunksRemoved > 0 && tally.packsRemoved > 0);
  });
