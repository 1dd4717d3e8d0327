import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashtagPrefix, parseQuery } from './parse-query.ts';

test('SEARCH-10 a query is words, phrases, hashtags and names; nothing in it is syntax', () => {
  assert.deepEqual(parseQuery('Été "New  York" #Café @Ann_1 tea tea'), {
    terms: ['ete', 'new york', 'tea'],
    hashtags: ['cafe'],
    handles: ['ann_1'],
  });
  assert.deepEqual(parseQuery('title:x OR y* NEAR(a b) -z').terms, [
    'title',
    'x',
    'or',
    'y',
    'near',
    'a',
    'b',
    'z',
  ]);
  assert.deepEqual(parseQuery('"東京 tower" "open').terms, ['東京', 'tower', 'open']);
  assert.deepEqual(parseQuery('"" " @ # ').terms, []);
  const many = parseQuery(Array.from({ length: 40 }, (_, i) => `w${i}`).join(' '));
  assert.equal(many.terms.length, 8);
  assert.throws(() => parseQuery('\ud800'), { code: 'invalid' });
  assert.equal(hashtagPrefix('#Été now'), 'ete');
  assert.equal(hashtagPrefix('20'), '20');
  assert.equal(hashtagPrefix('#'), undefined);
});
