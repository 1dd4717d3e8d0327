import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idFromNumber, idToNumber } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { decodePosition, encodePosition } from './relevance-cursor.ts';
import { chooseSalt, decodeShown, encodeShown, markOf, rankedMax } from './shown-set.ts';

test('FEED-9 a full list of shown posts fits into a cursor and tells every post exactly', () => {
  const { random } = manualClock(0, 3);
  for (let round = 0; round < 200; round++) {
    const keys = new Set<number>();
    while (keys.size < rankedMax) keys.add(Math.floor(random() * (round % 2 ? 2 ** 53 : 2 ** 20)));
    const salt = chooseSalt([...keys]);
    const shown = new Set([...keys].map((key) => markOf(key, salt)));
    assert.equal(shown.size, rankedMax);
    const top = idToNumber(idFromNumber(2 ** 53 - 1));
    const cursor = encodePosition({ ranked: { top, bottom: 5, salt, shown } });
    assert.ok(cursor.length <= 1024, `${cursor.length} characters`);
    assert.deepEqual(decodePosition(cursor), { ranked: { top, bottom: 5, salt, shown } });
  }
});

test('FEED-5 marks that nobody encoded are refused', () => {
  assert.deepEqual(decodeShown(encodeShown(new Set([1, 65535]))), new Set([1, 65535]));
  for (const text of ['A', 'AAA=', '!!', 'A'.repeat(644)]) assert.equal(decodeShown(text), undefined);
});
