import { epochMs, firstIdAt, idFromNumber, idToNumber } from '../../lib/ids.ts';
import { rankingWeights } from '../../ports/search/ranking.ts';
import type { PostHit, PostQuery, RankedWindow } from '../../ports/search/search.ts';
import { isRun, pairsOf, wordsOf } from '../../ports/search/text.ts';
import { offeredToAuthor, offeredToMany } from './documents.ts';

/**
 * In two steps, because an engine that is to score does so for everything that matches (1.2 s for a word in
 * 300,000 posts). The first finds the newest matches in the order the index lies in, stops when it has them, and
 * so gives the window; the second scores what matches within. Numbers come back, no document is loaded.
 */
export function windowRequest(query: PostQuery, windowMax: number): object | undefined {
  const filter = filterOf(query);
  if (!filter) return undefined;
  if (query.below !== undefined) filter.push({ range: { key: { lt: idToNumber(query.below) } } });
  return { ...numbersOnly, size: windowMax, sort: [{ key: 'desc' }], query: { bool: { filter } } };
}

const numbersOnly = { _source: false, stored_fields: '_none_', track_total_hits: false };

export interface WindowAnswer {
  hits?: { hits?: { sort: [key: number] }[] };
}

export const windowOf = ({ hits }: WindowAnswer, windowMax: number): RankedWindow => {
  const rows = hits?.hits ?? [];
  return {
    top: idFromNumber(rows[0]?.sort[0] ?? 0),
    floor: idFromNumber(rows.at(-1)?.sort[0] ?? 0),
    isLast: rows.length < windowMax,
  };
};

export function rankedRequest(query: PostQuery, { top, floor }: RankedWindow): object | undefined {
  const { after, limit } = query;
  const filter = filterOf(query);
  if (!filter) return undefined;
  filter.push({ range: { key: { gte: idToNumber(floor), lte: idToNumber(top) } } });
  const clauses = query.terms.map(termClause).filter((clause) => clause !== undefined);
  const ranked = { bool: { filter, should: scoring(clauses, query.terms) } };
  return {
    ...numbersOnly,
    size: limit,
    sort: ['_score', 'key', 'id', 'author'].map((field) => ({ [field]: 'desc' })),
    // Below every id: after all of that score and key.
    ...(after && { search_after: [after.score, idToNumber(after.feedKey), -1, -1] }),
    query: scored(ranked, clauses.length, query.nowMs),
  };
}

export interface PostAnswer {
  hits?: { hits?: { sort: [score: number, key: number, id: number, author: number] }[] };
}

export const postHits = ({ hits }: PostAnswer): PostHit[] =>
  (hits?.hits ?? []).map(({ sort: [score, key, id, author] }) => ({
    id: idFromNumber(id),
    authorId: idFromNumber(author),
    feedKey: idFromNumber(key),
    score,
  }));

/** What a post must hold, and for whom it must be; undefined where nothing is asked for. */
function filterOf({ terms, hashtags, authorId, viewerId }: PostQuery): object[] | undefined {
  const matches: object[] = terms.map(termClause).filter((clause) => clause !== undefined);
  for (const hashtag of hashtags) matches.push({ term: { hashtags: hashtag.toWellFormed() } });
  if (authorId !== undefined) matches.push({ term: { by: authorId } });
  if (matches.length === 0) return undefined;
  const offered = [offeredToMany, offeredToAuthor(viewerId)].map((who) => ({ term: { offered: who } }));
  return [...matches, { bool: { should: offered } }];
}

/** A term as the words it is indexed as; undefined where nothing is left of it. */
function termClause(term: string): object | undefined {
  const words = wordsOf(term.toWellFormed());
  const [only] = words;
  if (only !== undefined && words.length === 1 && isRun(only) && [...only].length === 1)
    return { term: { characters: only } };
  const indexed = words.flatMap((word) => (isRun(word) ? pairsOf(word) : [word]));
  if (indexed.length === 0) return undefined;
  return indexed.length === 1
    ? { term: { words: indexed[0]! } }
    : { match_phrase: { words: indexed.join(' ') } };
}

/** Added to the score where all terms stand in a row; more than all terms together can come to. */
const phraseMark = 8;

/** Each term's share of the score; and the mark for the whole phrase. */
function scoring(clauses: readonly object[], terms: readonly string[]): object[] {
  const { saturation, lengthShare, ordinaryWords } = rankingWeights;
  const params = { terms: clauses.length, saturation, lengthShare, ordinaryWords };
  const shares: object[] = clauses.map((clause) => ({
    script_score: { query: clause, script: { source: shareSource, params } },
  }));
  const phrase = clauses.length > 1 ? termClause(terms.join(' ')) : undefined;
  if (phrase) shares.push({ constant_score: { filter: phrase, boost: phraseMark } });
  return shares;
}

const shareSource = `
  double length = 1 - params.lengthShare + params.lengthShare * doc['length'].value / params.ordinaryWords;
  return _score * (params.saturation + 1) / (_score + params.saturation * length) / params.terms;`;

function scored(query: object, terms: number, nowMs: number): object {
  const { phraseBonus, popularityWeight, recentShare, halfLifeMs } = rankingWeights;
  const params = {
    terms,
    phraseMark,
    phraseBonus,
    popularityWeight,
    recentShare,
    halfLifeMs,
    keysPerMs: idToNumber(firstIdAt(epochMs + 1)),
    nowMs: nowMs - epochMs,
  };
  return { script_score: { query, script: { source: scoreSource, params } } };
}

/** As `createScorer` has it. */
const scoreSource = `
  double text = params.terms == 0 ? 1 : _score;
  if (text >= params.phraseMark) text = (text - params.phraseMark) * params.phraseBonus;
  double age = Math.max(0, params.nowMs - Math.floor(doc['key'].value / params.keysPerMs));
  double recency = 1 - params.recentShare + params.recentShare * Math.pow(2, -age / params.halfLifeMs);
  return text * (1 + params.popularityWeight * doc['popularity'].value) * recency;`;
