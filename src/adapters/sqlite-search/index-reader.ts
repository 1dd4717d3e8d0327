import type { DatabaseSync } from 'node:sqlite';
import { idFromNumber, idToNumber, numberTimeMs } from '../../lib/ids.ts';
import { createScorer } from '../../ports/search/ranking.ts';
import {
  type HashtagHit,
  type HashtagQuery,
  type PostHits,
  type PostQuery,
  rankedMax,
  type UserPlace,
  type UserQuery,
} from '../../ports/search/search.ts';
import { findHashtags } from './find-hashtags.ts';
import { findUsers } from './find-users.ts';
import { matchExpression } from './match-expression.ts';
import { audiences, separator } from './schema.ts';
import { Statements } from './statements.ts';

interface CandidateRow {
  key: number;
  id: number;
  author: number;
  audience: number;
  popularity: number;
  words: number;
  title: string;
  body: string;
  hashtags: string;
}

/** A window is cut to this part at most. */
const windowCutMax = 4;
const largestKey = Number.MAX_SAFE_INTEGER;

/** Answers queries from one index file. Synchronous: it lives in a thread of its own. */
export class IndexReader {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #windowMax: number;

  constructor(database: DatabaseSync, { windowMax = rankedMax }: { windowMax?: number } = {}) {
    this.#database = database;
    this.#statements = new Statements(database);
    this.#windowMax = windowMax;
  }

  posts(query: PostQuery): PostHits {
    const { window, below, after, terms, nowMs, limit } = query;
    const top = window ? idToNumber(window.top) : below !== undefined ? idToNumber(below) - 1 : largestKey;
    const floor = window ? idToNumber(window.floor) : 0;
    const expression = matchExpression(terms, query.hashtags, query.authorId);
    if (expression === '') return { hits: [], window: window ?? { top: '', floor: '', isLast: true } };
    const windowMax = this.#windowFor(terms);
    const rows = this.#statements.all(
      `SELECT p.key, p.id, p.author, p.audience, p.popularity, p.words, p.title, p.body, p.hashtags
       FROM post_text JOIN posts AS p ON p.key = post_text.rowid
       WHERE post_text MATCH ? AND post_text.rowid BETWEEN ? AND ?
       ORDER BY post_text.rowid DESC LIMIT ?`,
      ...[expression, floor, top, windowMax],
    ) as CandidateRow[];
    const viewer = idToNumber(query.viewerId);
    const scoreOf = createScorer(terms, nowMs);
    const afterKey = after ? idToNumber(after.feedKey) : 0;
    const found: { row: CandidateRow; score: number }[] = [];
    for (const row of rows) {
      const audience = audiences[row.audience];
      if (audience === 'nobody' || (audience === 'author' && row.author !== viewer)) continue;
      const { popularity, words, title, body } = row;
      const hashtags = row.hashtags === '' ? [] : row.hashtags.split(separator);
      const publishedAtMs = numberTimeMs(row.key);
      const score = scoreOf({ popularity, words, title, body, hashtags, publishedAtMs });
      if (after && !(score < after.score || (score === after.score && row.key < afterKey))) continue;
      found.push({ row, score });
    }
    found.sort((a, b) => b.score - a.score || b.row.key - a.row.key);
    const hits = found.slice(0, limit).map(({ row, score }) => ({
      id: idFromNumber(row.id),
      authorId: idFromNumber(row.author),
      feedKey: idFromNumber(row.key),
      score,
    }));
    return {
      hits,
      window: window ?? {
        top: idFromNumber(rows[0]?.key ?? 0),
        floor: idFromNumber(rows.at(-1)?.key ?? 0),
        isLast: rows.length < windowMax,
      },
    };
  }

  /** Fewer where each candidate costs more: a query of many words answers as soon as one of few. */
  #windowFor(terms: readonly string[]): number {
    const words = terms.reduce((sum, term) => sum + term.split(' ').length, 0);
    return Math.ceil(this.#windowMax / Math.min(windowCutMax, Math.max(1, words)));
  }

  users(query: UserQuery): UserPlace[] {
    return findUsers(this.#statements, query);
  }
  hashtags(query: HashtagQuery): HashtagHit[] {
    return findHashtags(this.#statements, query);
  }

  close(): void {
    this.#database.close();
  }
}
