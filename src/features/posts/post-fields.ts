import { invalid } from '../../lib/refusal.ts';
import { cleanText, hashtagsIn, normalizeHashtag } from '../../lib/text.ts';
import {
  hashtagsMax,
  type Post,
  postDescriptionBytesMax,
  postTextBytesMax,
  postTitleBytesMax,
  type Visibility,
} from './post.ts';

/** What people write of a post. */
export interface PostFields {
  text?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  /** A list, or one text such as `#sea #sand`. Those in the text are added to them. */
  hashtags?: readonly string[] | string | undefined;
  visibility?: Visibility | undefined;
}

export type PostTexts = Pick<Post, 'title' | 'text' | 'description'>;

/** Cleans what is given and takes the rest from `before`. */
export function cleanTexts({ title, text, description }: PostFields, before: PostTexts): PostTexts {
  return {
    title:
      title === undefined ? before.title : cleanText(title, { field: 'title', bytesMax: postTitleBytesMax }),
    text:
      text === undefined
        ? before.text
        : cleanText(text, { field: 'text', bytesMax: postTextBytesMax, multiline: true }),
    description:
      description === undefined
        ? before.description
        : cleanText(description, {
            field: 'description',
            bytesMax: postDescriptionBytesMax,
            multiline: true,
          }),
  };
}

export const noTexts: PostTexts = { title: '', text: '', description: '' };

export function checkNotEmpty({ title, text, description }: PostTexts, mediaCount: number): void {
  if (title === '' && text === '' && description === '' && mediaCount === 0) {
    throw invalid('text', 'Write something, or add a photo or video.', 'post-empty');
  }
}

/** Hashtags written into the texts, in order of appearance. */
export function hashtagsOfTexts({ title, text, description }: PostTexts): string[] {
  const all = `${title}\n${text}\n${description}`;
  return all.includes('#') ? hashtagsIn(all, hashtagsMax) : [];
}

/** Hashtags named apart from the text. Throws `invalid` where one is none, or there are too many. */
export function namedHashtags(given: PostFields['hashtags']): string[] {
  if (given === undefined) return [];
  const words = (typeof given === 'string' ? [given] : given).flatMap((each) => each.split(/[\s,]+/));
  const tags = new Set<string>();
  for (const word of words) {
    if (word === '' || word === '#') continue;
    const tag = normalizeHashtag(word);
    if (tag === undefined) {
      throw invalid('hashtags', 'A hashtag is made of letters, digits and _, with at least one letter.');
    }
    tags.add(tag);
  }
  if (tags.size > hashtagsMax) throw invalid('hashtags', `A post has at most ${hashtagsMax} hashtags.`);
  return [...tags];
}

export const joinHashtags = (named: readonly string[], inTexts: readonly string[]): string[] =>
  [...new Set([...named, ...inTexts])].slice(0, hashtagsMax);
