import { type Id, idToNumber } from '../../lib/ids.ts';
import { preparePost, prepareUser } from '../../ports/search/prepare.ts';
import { countRank, rankingWeights } from '../../ports/search/ranking.ts';
import type { PostDocument, SearchChange, UserDocument } from '../../ports/search/search.ts';
import { fold, isRun, pairsOf, wordsOf } from '../../ports/search/text.ts';
import type { Kind } from './schema.ts';

/** A change as the engine is told it. */
export interface Operation {
  kind: Extract<Kind, 'posts' | 'users'>;
  op: 'put' | 'remove' | 'update';
  id: string;
  /** JSON of the document, or of the fields to change; empty where it is removed. */
  source: string;
}

export const operationOf = (change: SearchChange): Operation => {
  switch (change.op) {
    case 'post':
      return { kind: 'posts', op: 'put', id: change.post.id, source: json(postSource(change.post)) };
    case 'user':
      return { kind: 'users', op: 'put', id: change.user.id, source: json(userSource(change.user)) };
    case 'popularity':
      return { kind: 'posts', op: 'update', id: change.id, source: json({ popularity: change.popularity }) };
    case 'remove-post':
      return { kind: 'posts', op: 'remove', id: change.id, source: '' };
    case 'remove-user':
      return { kind: 'users', op: 'remove', id: change.id, source: '' };
  }
};

/** Half of a pair, where a word was cut, would not be JSON that every parser takes. */
const json = (value: object): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'string' ? each.toWellFormed() : each));

/** Between a hashtag as it is compared and as it is shown. */
export const tagSeparator = '\n';

/**
 * A term is found in the first value of `words`. The others repeat what weighs more, so that counting the term
 * in the whole field is what the formula counts: a title three times, a hashtag twice beside the text.
 */
function postSource(document: PostDocument): object {
  const post = preparePost(document);
  const { titleWeight, hashtagWeight } = rankingWeights;
  const values = [post.allWords];
  if (post.title !== '') for (let i = 1; i < titleWeight; i++) values.push(post.title);
  const body = new Set(post.body.split(' '));
  for (const hashtag of post.foldedHashtags) {
    if (wordsOf(hashtag).length !== 1) continue;
    // One that does not stand in the text is among all words once, for being a hashtag.
    for (let i = body.has(hashtag) ? 0 : 1; i < hashtagWeight; i++) values.push(hashtag);
  }
  const isPublic = post.audience === 'everyone';
  const tags = new Set(isPublic ? post.hashtags : []);
  return {
    key: idToNumber(post.feedKey),
    id: idToNumber(post.id),
    author: idToNumber(post.authorId),
    by: post.authorId,
    offered: offeredTo(document),
    words: values.map(indexedWords),
    characters: values.map(charactersOf).filter(Boolean),
    hashtags: post.foldedHashtags,
    tags: [...tags].map((hashtag) => fold(hashtag) + tagSeparator + hashtag),
    length: post.words,
    popularity: post.popularity,
  };
}

/** The one word that stands for all who are offered a post; nobody has none. */
function offeredTo({ audience, authorId }: PostDocument): string[] {
  if (audience === 'nobody') return [];
  return [audience === 'author' ? offeredToAuthor(authorId) : offeredToMany];
}
export const offeredToMany = 'many';
export const offeredToAuthor = (authorId: Id): string => `author:${authorId}`;

const indexedWords = (words: string): string =>
  words
    .split(' ')
    .map((word) => (isRun(word) ? pairsOf(word).join(' ') : word))
    .join(' ');

/** For queries of one character of a run. */
const charactersOf = (words: string): string =>
  words
    .split(' ')
    .filter(isRun)
    .flatMap((run) => [...run])
    .join(' ');

function userSource(document: UserDocument): object {
  const { id, username, name, words, followers } = prepareUser(document);
  return { id: idToNumber(id), step: countRank(followers), username, name, words };
}

/** In an index that is being built: it was removed meanwhile, and must not come back. */
export const removedSource = json({ removed: true });
