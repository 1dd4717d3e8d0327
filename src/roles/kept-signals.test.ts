import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noAffinity, noPostSignals, type Signals } from '../features/feed/signals.ts';
import { idFromNumber } from '../lib/ids.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { keptSignals } from './kept-signals.ts';

test('signals are read once a minute, each reader’s and post’s own', async () => {
  const clock = manualClock();
  const asked: string[] = [];
  const counted: Signals = {
    async affinities(readerId, authorIds) {
      asked.push(...authorIds.map((id) => `${readerId} ${id}`));
      return authorIds.map((id) => ({ ...noAffinity, likes: id.charCodeAt(10) }));
    },
    async posts(postIds) {
      asked.push(...postIds);
      return postIds.map((id) => ({ ...noPostSignals, views: id.charCodeAt(10) }));
    },
  };
  const take = () => asked.splice(0);
  const [a, b, c] = [1, 2, 3].map((n) => idFromNumber(n)) as [string, string, string];
  const kept = keptSignals(counted, clock);
  const first = await kept.affinities(a, [b, c]);
  assert.deepEqual(take(), [`${a} ${b}`, `${a} ${c}`]);
  assert.deepEqual(await kept.affinities(a, [c, b]), first.toReversed());
  await kept.affinities(b, [c]);
  assert.deepEqual(take(), [`${b} ${c}`]);
  const [views] = await kept.posts([a]);
  assert.deepEqual((await kept.posts([b, a]))[1], views);
  assert.deepEqual(take(), [a, b]);
  clock.advance(60_000);
  await kept.affinities(a, [b]);
  await kept.posts([a]);
  assert.deepEqual(take(), [`${a} ${b}`, a]);
});
