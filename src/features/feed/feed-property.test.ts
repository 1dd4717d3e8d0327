import { describe, it } from 'node:test';
import fc from 'fast-check';
import { actions, type History, playHistory } from './test-history.ts';

/** How many histories of each kind; KITH_FEED_HISTORIES asks for more. */
const runs = Number(process.env['KITH_FEED_HISTORIES'] ?? 700);
const seed = process.env['KITH_FEED_SEED'];

const often = ['post', 'post', 'post', 'follow', 'follow', 'read', 'page', 'step', 'unfollow'] as const;
const number = fc.nat(63);
const action = fc.record({ do: fc.constantFrom(...actions, ...often), a: number, b: number, c: number });

function histories(options: { paused: boolean; tight: boolean }): fc.Arbitrary<History> {
  return fc.record({
    seed: fc.nat(2 ** 31 - 1),
    paused: fc.constant(options.paused),
    tight: fc.constant(options.tight),
    actions: fc.array(action, { minLength: 5, maxLength: 60, size: 'max' }),
  });
}

async function holds(kind: { paused: boolean; tight: boolean }): Promise<void> {
  const property = fc.asyncProperty(histories(kind), playHistory);
  await fc.assert(property, { numRuns: runs, ...(seed === undefined ? {} : { seed: Number(seed) }) });
}

describe('whatever happened, every kind of read equals the naive answer', () => {
  it('FEED-3 FEED-6 with the feed keeping up', () => holds({ paused: false, tight: false }));
  it('FEED-4 FEED-6 with the feed paused at its awaits', () => holds({ paused: true, tight: false }));
  it('FEED-4 FEED-7 with the feed paused and hardly any memory', () => holds({ paused: true, tight: true }));
});
