import { invalid } from './refusal.ts';

export interface TextRules {
  /** Names the field in the refusal. */
  field: string;
  bytesMax: number;
  bytesMin?: number;
  /** Line breaks and tabs are kept; otherwise they are refused like other control characters. */
  multiline?: boolean;
}

// C0 and C1 controls but tab and line feed, and code points that no text carries.
const forbiddenAnywhere = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/;
const lineCharacters = /[\t\n\u2028\u2029]/;
/**
 * More marks on one letter than any script has. Normalising takes time with the square of such a run: one of
 * 100,000 would hold the process for most of a minute. The look-behind keeps the search itself linear.
 */
const pileOfMarks = /(?<!\p{M})\p{M}{51}/u;
/** UTF-16 units of which a hashtag of 100 characters can be made, composed. */
const hashtagUnitsMax = 800;

/**
 * A person's text as it is stored: NFC, line breaks as `\n`, no white space around it. Refuses control
 * characters, lone surrogates, piles of marks and whatever is too long, counted in bytes of UTF-8.
 */
export function cleanText(
  text: string,
  { field, bytesMax, bytesMin = 0, multiline = false }: TextRules,
): string {
  if (!text.isWellFormed()) throw invalid(field, 'This text holds a broken character.', 'plain-text');
  if (pileOfMarks.test(text))
    throw invalid(field, 'This text piles too many marks on one letter.', 'plain-text');
  const cleaned = text.replace(/\r\n?/g, '\n').normalize('NFC').trim();
  if (forbiddenAnywhere.test(cleaned) || (!multiline && lineCharacters.test(cleaned))) {
    throw invalid(
      field,
      multiline ? 'This text holds control characters.' : 'This must be one line of plain text.',
      multiline ? 'plain-text' : 'one-line',
    );
  }
  const bytes = Buffer.byteLength(cleaned);
  if (bytes > bytesMax) {
    const message = `This is ${bytes} bytes long; at most ${bytesMax} are kept.`;
    throw invalid(field, message, 'too-many-bytes', bytesMax);
  }
  if (bytes < bytesMin)
    throw invalid(
      field,
      bytesMin === 1 ? 'This must not be empty.' : `This needs at least ${bytesMin} characters.`,
      bytesMin === 1 ? 'empty' : 'too-short',
      bytesMin,
    );
  return cleaned;
}

const hashtagPattern = /(?<![\p{L}\p{N}_&/#])#([\p{L}\p{M}\p{N}_]{1,100})/gu;
const mentionPattern = /(?<![\p{L}\p{N}_/@.])@([a-z0-9_]{3,30})(?![a-z0-9_@])/giu;

/** A hashtag as it is kept: NFC, lower case, without `#`; undefined if it is none (digits alone are none). */
export function normalizeHashtag(text: string): string | undefined {
  if (text.length > hashtagUnitsMax) return undefined;
  const tag = text.replace(/^#/, '').normalize('NFC').toLowerCase();
  return /^[\p{L}\p{M}\p{N}_]{1,100}$/u.test(tag) && /[\p{L}_]/u.test(tag) ? tag : undefined;
}

/** Hashtags in order of appearance, each once, at most `countMax`. */
export function hashtagsIn(text: string, countMax: number): string[] {
  return collect(text, hashtagPattern, countMax, normalizeHashtag);
}

/** Usernames mentioned with `@`, lower case, in order of appearance, each once, at most `countMax`. */
export function mentionsIn(text: string, countMax: number): string[] {
  return collect(text, mentionPattern, countMax, (name) => name.toLowerCase());
}

function collect(
  text: string,
  pattern: RegExp,
  countMax: number,
  normalize: (found: string) => string | undefined,
): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const value = normalize(match[1]!);
    if (value !== undefined) found.add(value);
    if (found.size >= countMax) break;
  }
  return [...found];
}
