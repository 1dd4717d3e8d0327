import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { playHistories } from './test-histories.ts';
import { type Action, playHistory } from './test-history.ts';

/** How many histories of each kind; KITH_FEED_HISTORIES asks for more, KITH_FEED_SEED repeats a run. */
const runs = Number(process.env['KITH_FEED_HISTORIES'] ?? 600);
const seed = process.env['KITH_FEED_SEED'] === undefined ? undefined : Number(process.env['KITH_FEED_SEED']);

async function holds(kind: { paused: boolean; tight: boolean }): Promise<void> {
  const report = await playHistories({ ...kind, runs, seed });
  if (report !== undefined) assert.fail(report);
}

describe('whatever happened, every kind of read equals the naive answer', { concurrency: true }, () => {
  it('FEED-3 FEED-6 with the feed keeping up', () => holds({ paused: false, tight: false }));
  it('FEED-4 FEED-6 with the feed paused at its awaits', () => holds({ paused: true, tight: false }));
  it('FEED-4 FEED-7 with the feed paused and hardly any memory', () => holds({ paused: true, tight: true }));
});

const act = (what: Action['do'], a = 0, b = 0, c = 0): Action => ({ do: what, a, b, c });

describe('histories that failed once', () => {
  it('FEED-9 a late post within a ranked stretch is not hidden by an order frozen before it', () =>
    playHistory({
      seed: 0,
      paused: true,
      tight: true,
      actions: [
        act('post', 47, 0, 21),
        act('page', 17),
        act('post'),
        act('post', 47),
        act('post'),
        act('post'),
      ],
    }));
});
