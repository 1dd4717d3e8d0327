import type { ReactionKind } from '../../src/features/posts/index.ts';
import type { Chance } from './chance.ts';
import { languages } from './languages/all.ts';
import type { Topic } from './languages/language.ts';
import type { Person } from './people.ts';

/** Chooses one of the alternatives of each `[a|b]`. */
export function fillIn(phrase: string, chance: Chance): string {
  return phrase.replace(/\[([^\]]+)\]/g, (_, alternatives: string) => chance.pick(alternatives.split('|')));
}

export interface PostText {
  title: string;
  text: string;
}

export function writePost(author: Person, mentioned: string | undefined, chance: Chance): PostText {
  // Some write in English now and then, as people do.
  const name = author.language !== 'english' && chance.likely(0.08) ? 'english' : author.language;
  const language = languages[name];
  const glue = name === 'chinese' || name === 'japanese' ? '' : ' ';
  const topic = chance.likely(0.25) ? 'everyday' : chance.pickZipf(author.interests);
  const phrases = new Set([chance.pick(language.posts[topic])]);
  while (phrases.size < 5 && chance.likely(0.22)) {
    phrases.add(chance.pick(language.posts[chance.likely(0.7) ? topic : 'everyday']));
  }
  const sentences = [...phrases].map((phrase) => fillIn(phrase, chance));
  if (chance.likely(0.3)) sentences.push(fillIn(chance.pick(language.closers), chance));
  if (mentioned) sentences.push(chance.pick(language.company).replace('@', `@${mentioned}`));
  const text = sentences.join(glue);
  const tags = pickTags(language.hashtags[topic], language.hashtags.everyday, chance);
  const title =
    sentences.length > 3 || chance.likely(0.03) ? fillIn(chance.pick(language.titles), chance) : '';
  return { title, text: tags.length > 0 ? `${text}\n${tags.map((tag) => `#${tag}`).join(' ')}` : text };
}

/** Tags everybody uses, whatever they speak, most used first: the head of the Zipf curve. */
const sharedTags = ['photography', 'goodmorning', 'weekend', 'sunset', 'coffee', 'selfhosted', 'throwback'];

function pickTags(ofTopic: readonly string[], everyday: readonly string[], chance: Chance): string[] {
  const tags = new Set<string>();
  if (chance.likely(0.4)) tags.add(chance.pickZipf(ofTopic));
  if (chance.likely(0.12)) tags.add(chance.pickZipf(everyday));
  if (chance.likely(0.15)) tags.add(chance.pickZipf(sharedTags));
  return [...tags];
}

export function writeComment(author: Person, answers: boolean, chance: Chance): string {
  const language = languages[author.language];
  const phrases = answers && chance.likely(0.7) ? language.replies : language.comments;
  return fillIn(chance.pick(phrases), chance);
}

export const likelyReactions: Record<Topic, readonly ReactionKind[]> = {
  food: ['like', 'love', 'wow'],
  travel: ['like', 'love', 'wow'],
  music: ['love', 'like', 'wow'],
  sport: ['like', 'wow', 'sad', 'laugh'],
  tech: ['like', 'laugh', 'wow'],
  garden: ['like', 'love', 'laugh'],
  books: ['like', 'love'],
  film: ['like', 'love', 'wow'],
  animals: ['love', 'laugh', 'like', 'wow'],
  everyday: ['like', 'laugh', 'love', 'sad'],
};
