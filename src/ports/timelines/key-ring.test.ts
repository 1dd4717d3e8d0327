import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import { KeyRing } from './key-ring.ts';

const keysOf = (ring: KeyRing) => Array.from({ length: ring.count }, (_, nth) => ring.keyAt(nth));

test('a ring equals the newest of a sorted set, through growth, wrapping and disorder', () => {
  const { random } = manualClock(0, 7);
  for (let round = 0; round < 300; round++) {
    const max = 1 + Math.floor(random() * 40);
    const ring = new KeyRing({ max, tagged: true });
    ring.extend(0);
    const all = new Set<number>();
    for (let i = 0; i < 120; i++) {
      // Mostly rising, sometimes late.
      const key = 1 + Math.floor(i * 3 + random() * (random() < 0.2 ? -i * 3 : 10));
      ring.insert(key, key % 97);
      all.add(key);
      const held = keysOf(ring);
      const expected = [...all].filter((each) => each >= ring.floor).sort((a, b) => b - a);
      assert.deepEqual(held, expected);
      assert.ok(held.length <= max && (all.size <= max ? ring.floor === 0 : held.length === max));
      for (let nth = 0; nth < held.length; nth++) assert.equal(ring.tagAt(nth), held[nth]! % 97);
      const probe = Math.floor(random() * 400);
      assert.equal(ring.countFrom(probe), held.filter((each) => each >= probe).length);
    }
  }
});

test('a key refused for want of room moves the floor above it', () => {
  const ring = new KeyRing({ max: 2, tagged: false });
  ring.extend(0);
  for (const key of [30, 20, 10]) ring.insert(key, 0);
  assert.deepEqual([keysOf(ring), ring.floor], [[30, 20], 11]);
});

test('the floor stays above what was evicted before the truth was read', () => {
  const ring = new KeyRing({ max: 2, tagged: false });
  for (const key of [10, 20, 30]) ring.insert(key, 0);
  ring.extend(0);
  assert.equal(ring.floor, 11);
  ring.raise(25);
  ring.extend(5);
  assert.equal(ring.floor, 11);
});
