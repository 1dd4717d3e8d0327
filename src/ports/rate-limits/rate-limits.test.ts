import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import { memoryRateLimits } from './memory-rate-limits.ts';
import { rateLimitsContract } from './rate-limits-contract.ts';

rateLimitsContract({
  name: 'memory',
  create: async () => {
    const clock = manualClock();
    const limits = memoryRateLimits({ clock });
    return { limits, other: limits, pass: async (ms) => clock.advance(ms) };
  },
});

const budget = { name: 'test', takesMax: 3, windowMs: 1000 };

describe('rate limits in memory', () => {
  it('allow a budget a window, tell what is left, and begin anew after it', () => {
    const clock = manualClock();
    const limits = memoryRateLimits({ clock });
    const taken = [1, 2, 3, 4, 5].map(() => limits.take(budget, 'anna'));
    assert.deepEqual(
      taken.map(({ allowed }) => allowed),
      [true, true, true, false, false],
    );
    assert.deepEqual(
      taken.map(({ remaining }) => remaining),
      [2, 1, 0, 0, 0],
    );
    clock.advance(400);
    assert.deepEqual(limits.peek(budget, 'anna'), { allowed: false, remaining: 0, resetMs: 600 });
    assert.equal(limits.take(budget, 'berta').allowed, true);
    assert.equal(limits.take({ ...budget, name: 'other' }, 'anna').allowed, true);
    clock.advance(600);
    assert.equal(limits.take(budget, 'anna').allowed, true);
  });

  it('peek without counting and forget on reset', () => {
    const limits = memoryRateLimits({ clock: manualClock() });
    for (let i = 0; i < 10; i++) assert.equal(limits.peek(budget, 'anna').allowed, true);
    for (let i = 0; i < 4; i++) limits.take(budget, 'anna');
    limits.reset(budget, 'anna');
    assert.equal(limits.take(budget, 'anna').remaining, 2);
  });

  it('hold no more keys than they may', () => {
    const limits = memoryRateLimits({ clock: manualClock(), keysMax: 2 });
    for (let i = 0; i < 4; i++) limits.take(budget, 'first');
    limits.take(budget, 'second');
    limits.take(budget, 'third');
    assert.equal(limits.take(budget, 'first').allowed, true);
  });
});
