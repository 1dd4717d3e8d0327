import assert from 'node:assert/strict';
import { test } from 'node:test';
import { occurrences } from './ranking.ts';
import { fold, isRun, pairsOf, wordsOf } from './text.ts';

test('folding makes one of what people type for the same word', () => {
  assert.equal(fold('ÉTÉ'), 'ete');
  assert.equal(fold('e\u0301te\u0301'), 'ete');
  assert.equal(fold('Łódź'), 'lodz');
  assert.equal(fold('Ёлка'), 'елка');
  assert.equal(fold('ＦＵＬＬ ﾊﾝｶｸ'), 'full ハンカク');
  assert.equal(fold('İstanbul'), 'istanbul');
  assert.equal(fold('한국어'), '한국어');
});

test('words keep marks, and runs of scripts without spaces stay whole', () => {
  assert.deepEqual(wordsOf(fold("don't stop, #new_tag @ann")), ['don', 't', 'stop', 'new_tag', 'ann']);
  assert.deepEqual(wordsOf('हिन्दी में'), ['हिन्दी', 'में']);
  assert.deepEqual(wordsOf('iphone東京 good🎉'), ['iphone', '東京', 'good', '🎉']);
  assert.ok(isRun('東京') && isRun('ラーメン') && !isRun('iphone') && !isRun('한국어'));
  assert.deepEqual(pairsOf('東京都'), ['東京', '京都']);
  assert.deepEqual(pairsOf('京'), ['京']);
});

test('a term is counted as a whole word, a run anywhere', () => {
  assert.equal(occurrences('tea team tea', 'tea'), 2);
  assert.equal(occurrences('tea tea tea', 'tea'), 3);
  assert.equal(occurrences('new york new york', 'new york'), 2);
  assert.equal(occurrences('東京都', '京都'), 1);
});
