/** The order of what was found, as pure functions: every engine that ranks by itself uses these. */
import { isRun } from './text.ts';

/** A post as ranking looks at it: words with one space between, folded. */
export interface RankedText {
  title: string;
  body: string;
  hashtags: readonly string[];
  words: number;
  popularity: number;
  publishedAtMs: number;
}

/** Characters of a post that ranking looks at; matching looks at all. */
export const rankedCharactersMax = 1000;

/** The formula's numbers, for engines that work it out by themselves. */
export const rankingWeights = {
  titleWeight: 3,
  hashtagWeight: 2,
  /** BM25's saturation, and its correction for length in words against an ordinary post. */
  saturation: 1.2,
  lengthShare: 0.5,
  ordinaryWords: 30,
  phraseBonus: 1.25,
  popularityWeight: 0.12,
  recentShare: 0.7,
  halfLifeMs: 7 * 86_400_000,
} as const;
const { titleWeight, hashtagWeight, saturation, lengthShare, ordinaryWords } = rankingWeights;
const { phraseBonus, popularityWeight, recentShare, halfLifeMs } = rankingWeights;

/**
 * BM25 over weighted fields, then popularity and recency, for a query of these terms. Every candidate holds
 * every term, so how rare a term is would weigh all of them alike and is left out.
 */
export function createScorer(terms: readonly string[], nowMs: number): (post: RankedText) => number {
  const wholes = terms.map((term) => ({ term, isWhole: !isRun(term) }));
  const phrase = terms.length > 1 ? terms.join(' ') : undefined;
  return (post) => {
    const { title, body, hashtags } = post;
    const length = 1 - lengthShare + (lengthShare * post.words) / ordinaryWords;
    let text = terms.length === 0 ? 1 : 0;
    for (const { term, isWhole } of wholes) {
      const count =
        countIn(body, term, isWhole) +
        titleWeight * countIn(title, term, isWhole) +
        (hashtags.includes(term) ? hashtagWeight : 0);
      // A match beyond the characters kept for ranking still counts as one.
      const found = Math.max(1, count);
      text += (found * (saturation + 1)) / (found + saturation * length) / terms.length;
    }
    if (phrase !== undefined && (countIn(body, phrase, true) || countIn(title, phrase, true)))
      text *= phraseBonus;
    const ageMs = Math.max(0, nowMs - post.publishedAtMs);
    const recency = 1 - recentShare + recentShare * 2 ** (-ageMs / halfLifeMs);
    return text * (1 + popularityWeight * post.popularity) * recency;
  };
}

const countedMax = 20;

/** How often a term stands in words with one space between them. */
export const occurrences = (words: string, term: string): number => countIn(words, term, !isRun(term));

function countIn(words: string, term: string, isWhole: boolean): number {
  let count = 0;
  for (
    let at = words.indexOf(term);
    at >= 0 && count < countedMax;
    at = words.indexOf(term, at + term.length)
  ) {
    const end = at + term.length;
    const stands = (at === 0 || words[at - 1] === ' ') && (end === words.length || words[end] === ' ');
    if (!isWhole || stands) count++;
  }
  return count;
}

/** Steps of doubling, in quarters: ranks that rarely change as counts grow. */
export const countRank = (count: number): number => Math.round(Math.log2(1 + count) * 4);

const rankSteps = 1000;
/** Handles before names, whole before beginnings. */
export const userClasses = { wholeHandle: 0, handle: 1, wholeName: 2, name: 3 } as const;
export const userRank = (userClass: number, followers: number): number =>
  (userClass + 1) * rankSteps - countRank(followers);
export const hashtagRank = (isWhole: boolean, posts: number): number =>
  (isWhole ? 1 : 2) * rankSteps - countRank(posts);

export const trendWindowMs = 72 * 3_600_000;
const trendHalfLifeMs = 12 * 3_600_000;
export const trendPeopleMin = 2;
/** What one person's newest use of a hashtag adds to its trend. */
export const trendWeight = (ageMs: number): number => 2 ** (-Math.max(0, ageMs) / trendHalfLifeMs);
