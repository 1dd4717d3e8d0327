import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playHistories } from '../../src/features/feed/test-histories.ts';
import { newOwnRedis } from './own-redis.ts';

/** How many histories of each kind; KITH_FEED_HISTORIES asks for more, KITH_FEED_SEED repeats a run. */
const runs = Number(process.env['KITH_FEED_HISTORIES'] ?? 100);
const seed = process.env['KITH_FEED_SEED'] === undefined ? undefined : Number(process.env['KITH_FEED_SEED']);

async function holds(kind: { paused: boolean; tight: boolean; restarts: boolean }): Promise<void> {
  const { program, port } = await newOwnRedis();
  const { paused, tight, restarts } = kind;
  const report = await playHistories({
    paused,
    tight,
    runs,
    seed,
    shared: {
      module: new URL('./redis-histories.ts', import.meta.url).href,
      options: { program, port, restarts },
    },
  });
  if (report !== undefined) assert.fail(report);
}

describe('with timelines on Redis, whatever happened, every kind of read equals the naive answer', () => {
  it('FEED-3 FEED-6 with processes keeping up', () =>
    holds({ paused: false, tight: false, restarts: false }));
  it('FEED-4 FEED-6 with processes paused at their awaits', () =>
    holds({ paused: true, tight: false, restarts: false }));
  it('FEED-4 FEED-7 while keys are lost all the time', () =>
    holds({ paused: true, tight: true, restarts: false }));
  it('FEED-3 FEED-11 while the server is killed and comes back empty or old', () =>
    holds({ paused: false, tight: true, restarts: true }));
});
