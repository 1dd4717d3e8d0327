/**
 * How text becomes what is compared. The same on every engine, so that an index and a query always agree:
 * compatibility forms, case and Latin, Greek and Cyrillic diacritics are folded, words are split at whatever
 * is no letter, mark or digit, and scripts that are written without spaces come as whole runs.
 */

const spelledOut: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
};

export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]+/g, '')
    .replace(/[ßæœøđðłþħı]/g, (letter) => spelledOut[letter]!)
    .normalize('NFC');
}

const wordPattern =
  /(?<run>[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]&&[\p{L}\p{M}\p{N}]]+)|(?<word>[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]+)|\p{Extended_Pictographic}/gv;
const runPattern =
  /^[[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]&&[\p{L}\p{M}\p{N}]]+$/v;

const wordCharactersMax = 64;

/** Words of folded text in order: words, runs of a script without spaces, single pictures. */
export function wordsOf(folded: string): string[] {
  const words: string[] = [];
  for (const [word] of folded.matchAll(wordPattern)) words.push(word.slice(0, wordCharactersMax * 4));
  return words;
}

/** Written without spaces, so that a word may begin anywhere in it. */
export const isRun = (word: string): boolean => runPattern.test(word);

/** Neighbouring pairs of a run: how it is indexed, and found as a phrase. One character stays alone. */
export function pairsOf(run: string): string[] {
  const characters = [...run];
  if (characters.length === 1) return characters;
  return characters.slice(1).map((character, i) => characters[i]! + character);
}

/** How many people liked or talked about it, on a scale where each step doubles; in quarters of a step. */
export function popularityOf({ likes, comments }: { likes: number; comments: number }): number {
  return Math.round(Math.log2(1 + likes + 2 * comments) * 4) / 4;
}
