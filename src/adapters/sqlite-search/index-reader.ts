import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { idFromNumber, idToNumber, numberTimeMs } from '../../lib/ids.ts';
import { createScorer, hashtagRank, userClasses } from '../../ports/search/ranking.ts';
import {
  type HashtagHit,
  type HashtagQuery,
  type PostHits,
  type PostQuery,
  rankedMax,
  type UserPlace,
  type UserQuery,
} from '../../ports/search/search.ts';
import { isRun } from '../../ports/search/text.ts';
import { matchExpression, rankOf } from './index-writer.ts';
import { audiences, beginningMax } from './schema.ts';

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

/** Words or hashtags looked at for a beginning longer than those that are kept sorted. */
const scannedMax = 4000;
/** A window is cut to this part at most. */
const windowCutMax = 4;
const largestKey = Number.MAX_SAFE_INTEGER;
const separator = '\n';

/** Answers queries from one index file. Synchronous: it lives in a thread of its own. */
export class IndexReader {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #windowMax: number;

  constructor(database: DatabaseSync, { windowMax = rankedMax }: { windowMax?: number } = {}) {
    this.#database = database;
    this.#windowMax = windowMax;
  }

  posts(query: PostQuery): PostHits {
    const { window, below, after, terms, nowMs, limit } = query;
    const top = window ? idToNumber(window.top) : below !== undefined ? idToNumber(below) - 1 : largestKey;
    const floor = window ? idToNumber(window.floor) : 0;
    const expression = matchExpression(terms, query.hashtags, query.authorId);
    if (expression === '') return { hits: [], window: window ?? { top: '', floor: '', isLast: true } };
    const windowMax = this.#windowFor(terms);
    const rows = this.#all(
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

  /** Each class in turn, every one already in order, until the page is full. */
  users({ words, handleOnly, after, limit }: UserQuery): UserPlace[] {
    const [first] = words;
    if (first === undefined) return [];
    const isOne = words.length === 1;
    const found: UserPlace[] = [];
    const take = (places: Iterable<UserPlace>) => {
      for (const place of places) {
        if (found.length >= limit) return;
        if (!after || place.rank > after.rank || (place.rank === after.rank && place.id > after.id))
          found.push(place);
      }
    };
    if (isOne) take(this.#wholeHandle(first));
    if (isOne && found.length < limit) take(this.#beginning(userClasses.handle, words, after));
    if (handleOnly) return found;
    if (found.length < limit) take(this.#wholeName(words, after));
    if (found.length < limit) take(this.#beginning(userClasses.name, words, after));
    return found;
  }

  #wholeHandle(username: string): UserPlace[] {
    const rows = this.#all('SELECT id, step FROM users WHERE username = ?', username) as UserStep[];
    return rows.map(({ id, step }) => ({
      id: idFromNumber(id),
      rank: rankOf(userClasses.wholeHandle, step),
    }));
  }

  *#wholeName(words: readonly string[], after: UserPlace | undefined): Generator<UserPlace> {
    const handle = words.length === 1 ? words[0]! : undefined;
    const sql =
      'SELECT id, username, step FROM users WHERE name = ? AND (step < ? OR (step = ? AND id > ?)) ORDER BY step DESC, id';
    const base = rankOf(userClasses.wholeName, 0);
    const isInside = after !== undefined && after.rank >= base - maxStep && after.rank <= base;
    const step = isInside ? base - after.rank : maxStep + 1;
    const id = isInside ? idToNumber(after.id) : 0;
    for (const row of this.#iterate(sql, words.join(' '), step, step, id) as Iterable<
      UserStep & { username: string }
    >) {
      if (handle !== undefined && row.username.startsWith(handle)) continue;
      yield { id: idFromNumber(row.id), rank: base - row.step };
    }
  }

  /** Those whose handle, or words of whose name, begin so; leaves out who stands in an earlier class. */
  #beginning(userClass: number, words: readonly string[], after: UserPlace | undefined): Iterable<UserPlace> {
    const driver = words.reduce((a, b) => (b.length > a.length ? b : a));
    const isShort = [...driver].length <= beginningMax;
    const rows = isShort
      ? this.#shortBeginning(userClass, driver, after)
      : this.#longBeginning(userClass, driver);
    return this.#accepted(rows, userClass, words, isShort);
  }

  #shortBeginning(userClass: number, driver: string, after: UserPlace | undefined): Iterable<FoundUser> {
    const highest = rankOf(userClass, maxStep);
    const lowest = rankOf(userClass, 0);
    const from = after && after.rank >= highest ? after : { rank: highest, id: '' };
    return this.#iterate(
      `SELECT b.id, b.rank, u.username, u.name, u.words FROM user_beginnings AS b CROSS JOIN users AS u ON u.id = b.id
       WHERE b.beginning = ? AND b.rank <= ? AND (b.rank, b.id) > (?, ?) ORDER BY b.rank, b.id`,
      ...[driver, lowest, from.rank, from.id === '' ? -1 : idToNumber(from.id)],
    ) as Iterable<FoundUser>;
  }

  #longBeginning(userClass: number, driver: string): FoundUser[] {
    const rows = this.#all(
      `SELECT DISTINCT w.id, u.step, u.username, u.name, u.words FROM
         (SELECT word, class, id FROM user_words WHERE word >= ? AND word < ? LIMIT ${scannedMax}) AS w
       CROSS JOIN users AS u ON u.id = w.id WHERE w.class = ?`,
      ...[driver, afterAll(driver), userClass],
    ) as (Omit<FoundUser, 'rank'> & UserStep)[];
    return rows
      .map((row) => ({ ...row, rank: rankOf(userClass, row.step) }))
      .sort((a, b) => a.rank - b.rank || a.id - b.id);
  }

  *#accepted(
    rows: Iterable<FoundUser>,
    userClass: number,
    words: readonly string[],
    isShort: boolean,
  ): Generator<UserPlace> {
    let looked = 0;
    for (const { id, rank, username, name, words: own } of rows) {
      if (isShort && ++looked > scannedMax) return;
      const isHandle = words.length === 1 && username.startsWith(words[0]!);
      if (userClass === userClasses.handle) {
        if (username !== words[0]) yield { id: idFromNumber(id), rank };
      } else if (!isHandle && name !== words.join(' ') && holdsAll(own.split(separator), words)) {
        yield { id: idFromNumber(id), rank };
      }
    }
  }

  hashtags({ prefix, after, limit }: HashtagQuery): HashtagHit[] {
    const whole = this.#all(
      'SELECT hashtag, posts FROM hashtags WHERE folded = ?',
      prefix,
    ) as CountedHashtag[];
    const others =
      [...prefix].length <= beginningMax
        ? this.#shortHashtags(prefix, after, limit + whole.length + 1)
        : (this.#all(
            `SELECT hashtag, folded, posts FROM hashtags WHERE folded > ? AND folded < ? LIMIT ${scannedMax}`,
            ...[prefix, afterAll(prefix)],
          ) as CountedHashtag[]);
    const rank = (row: CountedHashtag, isWhole: boolean) => ({
      hashtag: row.hashtag,
      posts: row.posts,
      rank: hashtagRank(isWhole, row.posts),
    });
    return [
      ...whole.map((row) => rank(row, true)),
      ...others.filter(({ folded }) => folded !== prefix).map((row) => rank(row, false)),
    ]
      .sort((a, b) => a.rank - b.rank || (a.hashtag < b.hashtag ? -1 : 1))
      .filter(
        (hit) => !after || hit.rank > after.rank || (hit.rank === after.rank && hit.hashtag > after.hashtag),
      )
      .slice(0, limit);
  }

  #shortHashtags(prefix: string, after: HashtagQuery['after'], limit: number): CountedHashtag[] {
    return this.#all(
      `SELECT b.hashtag, h.folded, h.posts FROM hashtag_beginnings AS b CROSS JOIN hashtags AS h ON h.hashtag = b.hashtag
       WHERE b.beginning = ? AND (b.rank, b.hashtag) > (?, ?) ORDER BY b.rank, b.hashtag LIMIT ?`,
      ...[prefix, after?.rank ?? -1, after?.hashtag ?? '', limit],
    ) as CountedHashtag[];
  }

  close(): void {
    this.#database.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
  #all(sql: string, ...values: (string | number)[]): unknown[] {
    return this.#statement(sql).all(...values);
  }
  #iterate(sql: string, ...values: (string | number)[]): Iterable<unknown> {
    return this.#statement(sql).iterate(...values);
  }
}

interface UserStep {
  id: number;
  step: number;
}
interface FoundUser {
  id: number;
  rank: number;
  username: string;
  name: string;
  words: string;
}
interface CountedHashtag {
  hashtag: string;
  folded: string;
  posts: number;
}

/** No count of followers comes to a higher step. */
const maxStep = 250;
/** Above every text that begins so. */
const afterAll = (beginning: string): string => `${beginning}\u{10ffff}`;

const holdsAll = (own: readonly string[], words: readonly string[]): boolean =>
  words.every((word) => own.some((each) => each.startsWith(word) || (isRun(word) && each.includes(word))));
