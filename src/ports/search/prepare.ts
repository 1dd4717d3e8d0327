/** Documents as engines keep them: folded, split, bounded. */
import type { Id } from '../../lib/ids.ts';
import { rankedCharactersMax } from './ranking.ts';
import type { Audience, PostDocument, UserDocument } from './search.ts';
import { fold, isRun, wordsOf } from './text.ts';

export interface PreparedPost {
  id: Id;
  authorId: Id;
  feedKey: Id;
  audience: Audience;
  popularity: number;
  hashtags: readonly string[];
  foldedHashtags: readonly string[];
  /** The first characters, words with one space between. */
  title: string;
  body: string;
  /** How many in all. */
  words: number;
  /** Everything that terms find, hashtags included. */
  allWords: string;
}

export function preparePost(post: PostDocument): PreparedPost {
  const title = wordsOf(fold(post.title)).join(' ');
  const foldedHashtags = [...new Set(post.hashtags.map(fold))];
  const body = wordsOf(fold(`${post.text}\n${post.description}`));
  const known = new Set(body);
  // A hashtag given beside the text is found as a word too; one in the text is there already.
  const extra = foldedHashtags.flatMap(wordsOf).filter((word) => !known.has(word));
  const bodyText = body.join(' ');
  return {
    id: post.id,
    authorId: post.authorId,
    feedKey: post.feedKey,
    audience: post.audience,
    popularity: post.popularity,
    hashtags: post.hashtags,
    foldedHashtags,
    title: title.slice(0, rankedCharactersMax),
    body: bodyText.slice(0, rankedCharactersMax),
    words: body.length,
    allWords: [title, bodyText, extra.join(' ')].filter(Boolean).join(' '),
  };
}

export interface PreparedUser {
  id: Id;
  username: string;
  /** Folded, words with one space between. */
  name: string;
  /** What a search may begin with: words of the name, parts of the handle, and every end of a run. */
  words: readonly string[];
  followers: number;
}

const wordsMax = 12;

export function prepareUser({ id, username, displayName, followers }: UserDocument): PreparedUser {
  const nameWords = wordsOf(fold(displayName));
  const words = [...nameWords.flatMap((word) => (isRun(word) ? endsOf(word) : [word]))];
  words.push(...username.split('_').slice(1));
  return {
    id,
    username,
    name: nameWords.join(' '),
    words: [...new Set(words)].filter(Boolean).slice(0, wordsMax),
    followers,
  };
}

function endsOf(run: string): string[] {
  const characters = [...run];
  return characters.map((_, i) => characters.slice(i).join(''));
}
