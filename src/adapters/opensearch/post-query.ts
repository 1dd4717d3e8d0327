import { epochMs, firstIdAt, idFromNumber, idToNumber } from '../../lib/ids.ts';
import { rankingWeights } from '../../ports/search/ranking.ts';
import type { PostHit, PostHits, PostQuery, RankedWindow } from '../../ports/search/search.ts';
import { isRun, pairsOf, wordsOf } from '../../ports/search/text.ts';
import { offeredToAuthor, offeredToMany } from './documents.ts';

/**
 * One request finds the newest matches, in the order the index lies in, so that it stops when it has them; and
 * scores those alone. What comes back are numbers only: no document is loaded.
 */
export function postRequest(query: PostQuery, windowMax: number): object | undefined {
  const { window, below, hashtags, authorId, viewerId } = query;
  const terms = query.terms.map(termClause).filter((clause) => clause !== undefined);
  const matches = [
    ...terms,
    ...hashtags.map((hashtag) => ({ term: { hashtags: hashtag.toWellFormed() } })),
    ...(authorId === undefined ? [] : [{ term: { by: authorId } }]),
  ];
  if (matches.length === 0) return undefined;
  const offered = [offeredToMany, offeredToAuthor(viewerId)].map((who) => ({ term: { offered: who } }));
  const filter: object[] = [...matches, { bool: { should: offered } }];
  if (window) filter.push({ range: { key: { gte: idToNumber(window.floor), lte: idToNumber(window.top) } } });
  else if (below !== undefined) filter.push({ range: { key: { lt: idToNumber(below) } } });
  return {
    _source: false,
    stored_fields: '_none_',
    track_scores: true,
    track_total_hits: false,
    // Into a window that stands, posts may have come since: nothing of it is left out for them.
    size: window ? windowMax + arrivedMax : windowMax,
    sort: ['key', 'id', 'author'].map((field) => ({ [field]: 'desc' })),
    query: scored({ bool: { filter, should: scoring(terms, query.terms) } }, terms.length, query.nowMs),
  };
}

/** Posts that became visible inside a window while it was paged through. */
const arrivedMax = 1000;

export interface PostAnswer {
  hits?: { hits?: { _score: number; sort: [key: number, id: number, author: number] }[] };
}

export function postHits({ hits: found }: PostAnswer, query: PostQuery, windowMax: number): PostHits {
  const rows = found?.hits ?? [];
  const { window, after, limit } = query;
  const afterKey = after ? idToNumber(after.feedKey) : 0;
  const hits: PostHit[] = rows
    .filter(
      ({ _score: score, sort: [key] }) =>
        !after || score < after.score || (score === after.score && key < afterKey),
    )
    .sort((a, b) => b._score - a._score || b.sort[0] - a.sort[0])
    .slice(0, limit)
    .map(({ _score: score, sort: [key, id, author] }) => ({
      id: idFromNumber(id),
      authorId: idFromNumber(author),
      feedKey: idFromNumber(key),
      score,
    }));
  return { hits, window: window ?? windowOf(rows, windowMax) };
}

const windowOf = (rows: readonly { sort: [number, ...unknown[]] }[], windowMax: number): RankedWindow => ({
  top: idFromNumber(rows[0]?.sort[0] ?? 0),
  floor: idFromNumber(rows.at(-1)?.sort[0] ?? 0),
  isLast: rows.length < windowMax,
});

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
