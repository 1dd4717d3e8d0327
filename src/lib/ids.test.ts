import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createIdSource, epochMs, firstIdAt, idFromNumber, idTimeMs, idToNumber, isId } from './ids.ts';

test('an id holds its number exactly and sorts as it does', () => {
  const number = fc.maxSafeInteger().map(Math.abs);
  fc.assert(
    fc.property(number, number, (a, b) => {
      const idA = idFromNumber(a);
      const idB = idFromNumber(b);
      assert.equal(idToNumber(idA), a);
      assert.ok(isId(idA), idA);
      assert.equal(Math.sign(a - b), idA < idB ? -1 : idA > idB ? 1 : 0);
    }),
  );
});

test('ids of one source only grow, though the clock stands, jumps and steps back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5000, max: 5000 }), { minLength: 1, maxLength: 50 }), (steps) => {
      let nowMs = epochMs + 1_000_000;
      const ids = createIdSource({ nowMs: () => nowMs, node: 3 });
      let last = '';
      for (const step of steps) {
        nowMs += step;
        for (let i = 0; i < 20; i++) {
          const id = ids.next();
          assert.ok(id > last);
          last = id;
        }
      }
    }),
  );
});

test('a source goes on above what was used before a restart, even with an earlier clock', () => {
  const before = createIdSource({ nowMs: () => epochMs + 500_000 });
  const used = before.next();
  const after = createIdSource({ nowMs: () => epochMs + 1000, after: used });
  assert.equal(after.last(), used);
  assert.ok(after.next() > used);
});

test('sources of different nodes never give the same id', () => {
  const nowMs = () => epochMs + 42;
  const sources = [0, 1, 255].map((node) => createIdSource({ nowMs, node }));
  const all = sources.flatMap((source) => Array.from({ length: 100 }, () => source.next()));
  assert.equal(new Set(all).size, all.length);
});

test('an id tells its time, and ranges by time include it', () => {
  const ids = createIdSource({ nowMs: () => epochMs + 123_456, node: 7 });
  const id = ids.next();
  assert.equal(idTimeMs(id), epochMs + 123_456);
  assert.ok(firstIdAt(epochMs + 123_456) <= id && id < firstIdAt(epochMs + 123_457));
});

test('what is not an id is not taken for one', () => {
  for (const text of [
    '',
    '0',
    'zzzzzzzzzzz',
    '0000000000i',
    '0000000000O',
    '00000000000 ',
    '../etc',
    7,
    null,
  ]) {
    assert.equal(isId(text), false, String(text));
  }
});
