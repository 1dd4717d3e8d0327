import type { Id } from '../../lib/ids.ts';
import { isRun, pairsOf, wordsOf } from '../../ports/search/text.ts';

/** The text query that finds a match: every term quoted, so that nothing in it is syntax. */
export function matchExpression(
  terms: readonly string[],
  hashtags: readonly string[],
  authorId?: Id,
): string {
  const parts = terms.flatMap((term) => {
    const words = wordsOf(term);
    const [only] = words;
    if (only !== undefined && words.length === 1 && isRun(only)) {
      const isOne = [...only].length === 1;
      return `${isOne ? 'characters' : 'words'}: ${quoted(pairsOf(only).join(' '))}`;
    }
    const phrase = words.flatMap((word) => (isRun(word) ? pairsOf(word) : [word]));
    return phrase.length > 0 ? `words: ${quoted(phrase.join(' '))}` : [];
  });
  for (const hashtag of hashtags) parts.push(`hashtags: ${quoted(hashtag)}`);
  if (authorId !== undefined) parts.push(`author: ${quoted(authorId)}`);
  return parts.join(' AND ');
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
