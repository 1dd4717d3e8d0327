import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idFromNumber } from '../../lib/ids.ts';
import { createMemoryTimelines } from './memory-timelines.ts';
import { timelinesContract } from './timelines-contract.ts';

timelinesContract({ name: 'memory', create: async (options) => createMemoryTimelines(options) });

const person = (n: number) => idFromNumber(1_000_000 + n);

test('inboxes keep to their bytes: who has not read for longest loses the inbox', async () => {
  const timelines = createMemoryTimelines({ inboxBytesMax: 20_000 });
  for (let n = 0; n < 100; n++) {
    const { term } = await timelines.join(person(n), [person(1000)]);
    await timelines.cover(person(n), { term, authors: [person(1000)], keys: [1], authorOf: [0], from: 0 });
    await timelines.read({
      readerId: person(0),
      version: 0,
      pulled: timelines.prepare([]),
      before: 9,
      limit: 1,
    });
  }
  const { inboxes, bytes, evictions } = timelines.size();
  assert.ok(bytes <= 20_000 && inboxes > 10 && evictions === 100 - inboxes);
  assert.notEqual(await timelines.coverage(person(0)), undefined);
  assert.notEqual(await timelines.coverage(person(99)), undefined);
  assert.equal(await timelines.coverage(person(1)), undefined);
});

test('heads keep to their bytes: those that are not read go first', async () => {
  const timelines = createMemoryTimelines({ headBytesMax: 20_000 });
  for (let n = 0; n < 200; n++) {
    const [state] = await timelines.openHeads([person(n)]);
    const fill = { authorId: person(n), keys: [n], from: 0, below: Number.POSITIVE_INFINITY };
    await timelines.fillHeads([{ ...fill, term: state!.term }]);
    await timelines.headRuns([{ authorId: person(0), before: 9 }], { limit: 1 });
  }
  const { heads, bytes } = timelines.size();
  assert.ok(bytes <= 20_000 && heads > 10 && heads < 200);
  const [kept] = await timelines.headRuns([{ authorId: person(0), before: 9 }], { limit: 1 });
  assert.deepEqual(kept, { keys: [0], floor: 0 });
});
