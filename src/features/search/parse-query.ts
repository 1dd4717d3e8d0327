import { invalid } from '../../lib/refusal.ts';
import { fold, isRun, wordsOf } from '../../ports/search/text.ts';

export const queryCharactersMax = 200;
/** Words, hashtags and names of one query that count; the rest are left out. */
const partsMax = 8;

/** What somebody typed, taken apart. Everything is folded. */
export interface ParsedQuery {
  /** Words, and phrases of several with one space between. */
  terms: string[];
  /** Without `#`. */
  hashtags: string[];
  /** Without `@`. */
  handles: string[];
}

const partPattern = /"([^"]*)"?|(\S+)/gu;
const hashtagPattern = /^[#＃]([\p{L}\p{M}\p{N}_]{1,100})$/u;
const handlePattern = /^[@＠]([a-z0-9_]{1,30})$/iu;

/** `words "a phrase" #hashtag @name`. Nothing else means anything: the rest are words. */
export function parseQuery(query: string): ParsedQuery {
  const text = query.trim();
  if (text === '') throw invalid('q', 'Say what to look for.');
  if (text.length > queryCharactersMax || !text.isWellFormed()) {
    throw invalid('q', `This must be at most ${queryCharactersMax} characters of text.`);
  }
  const terms = new Set<string>();
  const hashtags = new Set<string>();
  const handles = new Set<string>();
  for (const [, phrase, word] of text.matchAll(partPattern)) {
    if (terms.size + hashtags.size + handles.size >= partsMax) break;
    const hashtag = word && hashtagPattern.exec(word)?.[1];
    const handle = word && handlePattern.exec(word)?.[1];
    if (hashtag) hashtags.add(fold(hashtag));
    else if (handle) handles.add(handle.toLowerCase());
    else if (phrase !== undefined) for (const term of phraseTerms(phrase)) terms.add(term);
    else for (const term of wordsOf(fold(word!))) terms.add(term);
  }
  const cut = <T>(set: Set<T>) => [...set].slice(0, partsMax);
  return { terms: cut(terms), hashtags: cut(hashtags), handles: cut(handles) };
}

/** Neighbouring words stay together; a run is found as it stands anyway. */
function phraseTerms(phrase: string): string[] {
  const terms: string[] = [];
  let words: string[] = [];
  for (const word of wordsOf(fold(phrase))) {
    if (isRun(word)) {
      if (words.length > 0) terms.push(words.join(' '));
      words = [];
      terms.push(word);
    } else words.push(word);
  }
  if (words.length > 0) terms.push(words.join(' '));
  return terms;
}

/** The beginning of a hashtag that a query asks for: its first word, with or without `#`. */
export function hashtagPrefix(query: string): string | undefined {
  const [first = ''] = query.trim().split(/\s+/, 1);
  const prefix = fold(first.replace(/^[#＃]/u, ''));
  return /^[\p{L}\p{M}\p{N}_]{1,100}$/u.test(prefix) ? prefix : undefined;
}
