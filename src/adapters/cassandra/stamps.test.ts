import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createStamps } from './stamps.ts';

test('stamps only grow, above whatever was seen, whatever the clock does', () => {
  const step = fc.oneof(
    fc.record({ clock: fc.integer({ min: -10_000, max: 10_000 }) }),
    fc.record({ seen: fc.integer({ min: 0, max: 4e15 }) }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let nowMs = 1_800_000_000_000;
      const stamps = createStamps(() => nowMs);
      let last = 0;
      for (const each of steps) {
        if ('clock' in each) nowMs += each.clock;
        else stamps.observe(each.seen);
        const next = stamps.next();
        assert.ok(next > last && Number.isSafeInteger(next));
        if ('seen' in each) assert.ok(next > each.seen);
        last = next;
      }
    }),
  );
});

test('stamps follow the clock, and tell how far they run ahead of it', () => {
  let nowMs = 1000.5;
  const stamps = createStamps(() => nowMs);
  assert.equal(stamps.next(), 1_000_000);
  assert.equal(stamps.next(), 1_000_001);
  stamps.observe(undefined);
  stamps.observe(6_000_000);
  assert.equal(Math.round(stamps.aheadMs()), 5000);
  nowMs = 9000;
  assert.equal(stamps.next(), 9_000_000);
  assert.equal(stamps.aheadMs(), 0);
});
