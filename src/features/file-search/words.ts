/** How names become what is searched for. */
import type { Id } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import type { Key } from '../../ports/records/records.ts';
import { fold, isRun, wordsOf } from '../../ports/search/text.ts';

/** Of one name; more are left out. */
const nameWordsMax = 24;
const queryWordsMax = 8;
export const queryCharactersMax = 200;
const wordCharactersMax = 64;

const cut = (word: string): string => [...word].slice(0, wordCharactersMax).join('');
const splitWords = (text: string): string[] =>
  wordsOf(fold(text))
    .flatMap((word) => word.split('_'))
    .filter((word) => word !== '');

/** Every beginning of a word in a name, each once: `IMG2024_sea.jpg` is found by img2024, 2024, sea and jpg. */
export function wordsOfName(name: string): string[] {
  const words = splitWords(name).flatMap((word) => [word, ...(isRun(word) ? endsOf(word) : numbersIn(word))]);
  return [...new Set(words.map(cut))].slice(0, nameWordsMax);
}

const endsOf = (run: string): string[] => {
  const characters = [...run];
  return characters.slice(1).map((_, i) => characters.slice(i + 1).join(''));
};

const numbersIn = (word: string): string[] =>
  [...word.matchAll(/(?<=\p{L}\p{M}*)\p{N}.*/gu)].map(([tail]) => tail);

/** What somebody typed, taken apart; refuses what holds no word. */
export function wordsOfQuery(q: string): string[] {
  if (q.length > queryCharactersMax || !q.isWellFormed()) {
    throw invalid('q', `This must be at most ${queryCharactersMax} characters of text.`);
  }
  const words = [...new Set(splitWords(q).map(cut))].slice(0, queryWordsMax);
  if (words.length === 0) throw invalid('q', 'Say what to look for.');
  return words;
}

/** Names with this beginning lie in one partition. */
export const shelfOf = (word: string): string => [...word].slice(0, isRun(word) ? 1 : 2).join('');

/** The one by which names are found in the index; the others are looked for in those. */
export const longestOf = (words: readonly string[]): string =>
  words.toSorted((a, b) => b.length - a.length)[0]!;

/** Whether every word begins one of a name, and the longest one that the index would lead to. */
export function bearsWords(name: string, words: readonly string[]): boolean {
  const borne = wordsOfName(name);
  const longest = longestOf(words);
  return (
    borne.some((one) => one.startsWith(longest) && shelfOf(one) === shelfOf(longest)) &&
    words.every((each) => borne.some((one) => one.startsWith(each)))
  );
}

/** A word has no space in it. */
export const placeOf = (word: string, nodeId: Id): string => `${word} ${nodeId}`;
export const wordAndNode = (place: string): [word: string, nodeId: Id] => {
  const space = place.lastIndexOf(' ');
  return [place.slice(0, space), place.slice(space + 1)];
};

export const keyOf = (driveId: Id, word: string, nodeId: Id): Key => [
  driveId,
  shelfOf(word),
  placeOf(word, nodeId),
];
