import { createHash } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Id, idToNumber } from '../../lib/ids.ts';
import { type PreparedPost, preparePost, prepareUser } from '../../ports/search/prepare.ts';
import { countRank, hashtagRank, userClasses, userRank } from '../../ports/search/ranking.ts';
import type { PostDocument, SearchChange, UserDocument } from '../../ports/search/search.ts';
import { fold, isRun, pairsOf, wordsOf } from '../../ports/search/text.ts';
import { audiences, beginningsOf } from './schema.ts';

interface StoredPost {
  key: number;
  author: number;
  audience: number;
  digest: string;
}

interface StoredUser {
  username: string;
  name: string;
  words: string;
  step: number;
}

const everyone = audiences.indexOf('everyone');
const separator = '\n';

/** Changes one index file. Synchronous: it lives in a thread of its own. */
export class IndexWriter {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** One transaction, which ends with the counts and, where given, the position. */
  apply(
    changes: readonly SearchChange[],
    options: { position?: number | undefined; touch?: boolean } = {},
  ): void {
    this.#inTransaction(() => {
      for (const each of changes) {
        this.#apply(each);
        if (options.touch) this.#run('INSERT OR IGNORE INTO touched VALUES (?)', idToNumber(subjectOf(each)));
      }
      if (options.position !== undefined) this.setMeta('position', options.position);
    });
  }

  /** As `apply`, but leaves alone what was touched meanwhile. */
  addUntouched(changes: readonly SearchChange[]): void {
    this.#inTransaction(() => {
      for (const each of changes) {
        const touched = this.#get('SELECT 1 FROM touched WHERE id = ?', idToNumber(subjectOf(each)));
        if (!touched) this.#apply(each);
      }
    });
  }

  meta(name: 'built' | 'position' | 'posts' | 'users'): number {
    return (this.#get('SELECT value FROM meta WHERE name = ?', name) as { value: number }).value;
  }
  setMeta(name: 'built' | 'position', value: number): void {
    this.#run('UPDATE meta SET value = ? WHERE name = ?', value, name);
  }

  #inTransaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  #apply(each: SearchChange): void {
    if (each.op === 'post') this.#putPost(each.post);
    else if (each.op === 'remove-post') this.#removePost(idToNumber(each.id));
    else if (each.op === 'user') this.#putUser(each.user);
    else if (each.op === 'remove-user') this.#removeUser(idToNumber(each.id));
    else {
      const { popularity, id } = each;
      const sql = 'UPDATE posts SET popularity = ? WHERE id = ? AND popularity <> ?';
      this.#run(sql, popularity, idToNumber(id), popularity);
    }
  }

  #putPost(document: PostDocument): void {
    const id = idToNumber(document.id);
    const key = idToNumber(document.feedKey);
    const author = idToNumber(document.authorId);
    const audience = audiences.indexOf(document.audience);
    const digest = digestOf(document);
    const stored = this.#get('SELECT key, author, audience, digest FROM posts WHERE id = ?', id) as
      | StoredPost
      | undefined;
    if (stored?.digest === digest && stored.key === key) {
      const sql = 'UPDATE posts SET popularity = ?, audience = ? WHERE key = ?';
      this.#run(sql, document.popularity, audience, key);
      if ((stored.audience === everyone) !== (audience === everyone)) {
        if (audience === everyone) this.#countHashtags(document.hashtags, key, author);
        else this.#uncountHashtags(key);
      }
      return;
    }
    if (stored) this.#removePost(id);
    const post = preparePost(document);
    this.#run(
      'INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[key, id, author, audience, post.popularity, post.words, digest, post.title, post.body],
      post.foldedHashtags.join(separator),
    );
    this.#run(
      'INSERT INTO post_text (rowid, words, hashtags, characters, author) VALUES (?, ?, ?, ?, ?)',
      ...[key, ...indexedWords(post), document.authorId],
    );
    this.#run("UPDATE meta SET value = value + 1 WHERE name = 'posts'");
    if (audience === everyone) this.#countHashtags(document.hashtags, key, author);
  }

  #removePost(id: number): void {
    const stored = this.#get('SELECT key FROM posts WHERE id = ?', id) as { key: number } | undefined;
    if (!stored) return;
    this.#run('DELETE FROM posts WHERE key = ?', stored.key);
    this.#run('DELETE FROM post_text WHERE rowid = ?', stored.key);
    this.#run("UPDATE meta SET value = value - 1 WHERE name = 'posts'");
    this.#uncountHashtags(stored.key);
  }

  #countHashtags(hashtags: readonly string[], key: number, author: number): void {
    for (const hashtag of new Set(hashtags)) {
      this.#run('INSERT OR IGNORE INTO hashtag_uses VALUES (?, ?, ?)', hashtag, key, author);
      this.#recount(hashtag, 1);
    }
  }

  #uncountHashtags(key: number): void {
    const uses = this.#all('SELECT hashtag FROM hashtag_uses WHERE key = ?', key) as { hashtag: string }[];
    for (const { hashtag } of uses) {
      this.#run('DELETE FROM hashtag_uses WHERE hashtag = ? AND key = ?', hashtag, key);
      this.#recount(hashtag, -1);
    }
  }

  #recount(hashtag: string, delta: number): void {
    const row = this.#get('SELECT posts FROM hashtags WHERE hashtag = ?', hashtag) as
      | { posts: number }
      | undefined;
    const before = row?.posts ?? 0;
    const after = before + delta;
    const folded = fold(hashtag);
    if (after <= 0) this.#run('DELETE FROM hashtags WHERE hashtag = ?', hashtag);
    else {
      const sql =
        'INSERT INTO hashtags VALUES (?, ?, ?) ON CONFLICT (hashtag) DO UPDATE SET posts = excluded.posts';
      this.#run(sql, hashtag, folded, after);
    }
    const [rankBefore, rankAfter] = [hashtagRank(false, before), hashtagRank(false, after)];
    if (before > 0 && after > 0 && rankBefore === rankAfter) return;
    for (const beginning of beginningsOf(folded)) {
      if (before > 0) {
        const sql = 'DELETE FROM hashtag_beginnings WHERE beginning = ? AND rank = ? AND hashtag = ?';
        this.#run(sql, beginning, rankBefore, hashtag);
      }
      if (after > 0)
        this.#run('INSERT INTO hashtag_beginnings VALUES (?, ?, ?)', beginning, rankAfter, hashtag);
    }
  }

  #putUser(document: UserDocument): void {
    const id = idToNumber(document.id);
    const { username, name, words } = prepareUser(document);
    const user: StoredUser = {
      username,
      name,
      words: words.join(separator),
      step: countRank(document.followers),
    };
    const stored = this.#get('SELECT username, name, words, step FROM users WHERE id = ?', id) as
      | StoredUser
      | undefined;
    const isSame =
      stored?.username === username &&
      stored.name === name &&
      stored.words === user.words &&
      stored.step === user.step;
    if (isSame) return;
    if (stored) this.#removeUser(id);
    this.#run('INSERT INTO users VALUES (?, ?, ?, ?, ?)', id, username, name, user.words, user.step);
    this.#run("UPDATE meta SET value = value + 1 WHERE name = 'users'");
    for (const [word, userClass] of findableWords(user)) {
      this.#run('INSERT OR IGNORE INTO user_words VALUES (?, ?, ?)', word, userClass, id);
      for (const beginning of beginningsOf(word)) {
        const rank = rankOf(userClass, user.step);
        this.#run('INSERT OR IGNORE INTO user_beginnings VALUES (?, ?, ?)', beginning, rank, id);
      }
    }
  }

  #removeUser(id: number): void {
    const stored = this.#get('SELECT username, name, words, step FROM users WHERE id = ?', id) as
      | StoredUser
      | undefined;
    if (!stored) return;
    for (const [word, userClass] of findableWords(stored)) {
      this.#run('DELETE FROM user_words WHERE word = ? AND class = ? AND id = ?', word, userClass, id);
      for (const beginning of beginningsOf(word)) {
        const sql = 'DELETE FROM user_beginnings WHERE beginning = ? AND rank = ? AND id = ?';
        this.#run(sql, beginning, rankOf(userClass, stored.step), id);
      }
    }
    this.#run('DELETE FROM users WHERE id = ?', id);
    this.#run("UPDATE meta SET value = value - 1 WHERE name = 'users'");
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
  #run(sql: string, ...values: (string | number)[]): void {
    const statement = this.#statement(sql);
    // The row ids that the text index uses inside exceed what a number holds, and `run` answers the last one.
    statement.setReadBigInts(true);
    statement.run(...values);
  }
  #get(sql: string, ...values: (string | number)[]): unknown {
    return this.#statement(sql).get(...values);
  }
  #all(sql: string, ...values: (string | number)[]): unknown[] {
    return this.#statement(sql).all(...values);
  }
}

/** The rank of a class and a step of follower counts, as `userRank` has it for a count of that step. */
export const rankOf = (userClass: number, step: number): number => userRank(userClass, 0) - step;

function findableWords({ username, words }: StoredUser): [word: string, userClass: number][] {
  const names = words === '' ? [] : words.split(separator);
  return [
    [username, userClasses.handle],
    ...names.map((word) => [word, userClasses.name] as [string, number]),
  ];
}

const subjectOf = (each: SearchChange): Id =>
  each.op === 'post' ? each.post.id : each.op === 'user' ? each.user.id : each.id;

function digestOf({ title, text, description, hashtags }: PostDocument): string {
  return createHash('sha1')
    .update(JSON.stringify([title, text, description, hashtags]))
    .digest('base64');
}

/** Words with runs in pairs; hashtags whole; each character of a run once, for queries of one character. */
function indexedWords({ allWords, foldedHashtags }: PreparedPost): [string, string, string] {
  const words: string[] = [];
  const characters = new Set<string>();
  for (const word of allWords.split(' ')) {
    if (isRun(word)) {
      words.push(...pairsOf(word));
      for (const character of word) characters.add(character);
    } else words.push(word);
  }
  return [words.join(' '), foldedHashtags.join(' '), [...characters].join(' ')];
}

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
