import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanText, hashtagsIn, normalizeHashtag } from './text.ts';

const rules = { field: 'text', bytesMax: 100_000, multiline: true };
const acute = '\u0301';
const graveBelow = '\u0316';

test('a pile of marks is refused before it is normalised, which would take minutes', () => {
  const pile = `a${acute.repeat(25_000)}${graveBelow.repeat(25_000)}`;
  assert.throws(() => cleanText(pile, rules), { code: 'invalid' });
  assert.throws(() => cleanText(`fine ${pile.repeat(4)}`, rules), { code: 'invalid' });
  assert.equal(normalizeHashtag(`#${pile}`), undefined);
});

test('marks as people write them are kept', () => {
  assert.equal(cleanText(`cafe${acute}`, rules), 'caf\u00e9');
  assert.equal(cleanText(`a${graveBelow.repeat(50)}b`, rules), `a${graveBelow.repeat(50)}b`);
  const words = `क्षत्रिय स्त्री ${'é̖ '.repeat(1000)}`;
  assert.equal(cleanText(words, rules), words.normalize('NFC').trim());
});

test('hashtags are found whole, however they are composed', () => {
  assert.deepEqual(hashtagsIn(`#Cafe${acute} #1 #sea`, 30), ['caf\u00e9', 'sea']);
});
