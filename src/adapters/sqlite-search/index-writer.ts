import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Id, idToNumber } from '../../lib/ids.ts';
import { type PreparedPost, preparePost } from '../../ports/search/prepare.ts';
import type { PostDocument, SearchChange } from '../../ports/search/search.ts';
import { isRun, pairsOf } from '../../ports/search/text.ts';
import { audiences, separator } from './schema.ts';
import { Statements } from './statements.ts';
import { countHashtags, uncountHashtags } from './write-hashtags.ts';
import { putUser, removeUser } from './write-users.ts';

interface StoredPost {
  key: number;
  author: number;
  audience: number;
  digest: string;
}

const everyone = audiences.indexOf('everyone');

/** Changes one index file. Synchronous: it lives in a thread of its own. */
export class IndexWriter {
  readonly database: DatabaseSync;
  readonly #statements: Statements;

  constructor(database: DatabaseSync) {
    this.database = database;
    this.#statements = new Statements(database);
  }

  /** One transaction, which ends with the counts and, where given, the position. */
  apply(
    changes: readonly SearchChange[],
    options: { position?: number | undefined; touch?: boolean } = {},
  ): void {
    this.#inTransaction(() => {
      for (const each of changes) {
        this.#apply(each);
        // A like says nothing of the post itself, which the rebuild may still have to bring.
        if (options.touch && each.op !== 'popularity')
          this.#statements.run('INSERT OR IGNORE INTO touched VALUES (?)', idToNumber(subjectOf(each)));
      }
      if (options.position !== undefined) this.setMeta('position', options.position);
    });
  }

  /** As `apply`, but leaves alone what was touched meanwhile. */
  addUntouched(changes: readonly SearchChange[]): void {
    this.#inTransaction(() => {
      for (const each of changes) {
        const touched = this.#statements.get(
          'SELECT 1 FROM touched WHERE id = ?',
          idToNumber(subjectOf(each)),
        );
        if (!touched) this.#apply(each);
      }
    });
  }

  meta(name: 'built' | 'position' | 'posts' | 'users'): number {
    return (this.#statements.get('SELECT value FROM meta WHERE name = ?', name) as { value: number }).value;
  }
  setMeta(name: 'built' | 'position', value: number): void {
    this.#statements.run('UPDATE meta SET value = ? WHERE name = ?', value, name);
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
    else if (each.op === 'user') putUser(this.#statements, each.user);
    else if (each.op === 'remove-user') removeUser(this.#statements, idToNumber(each.id));
    else {
      const { popularity, id } = each;
      const sql = 'UPDATE posts SET popularity = ? WHERE id = ? AND popularity <> ?';
      this.#statements.run(sql, popularity, idToNumber(id), popularity);
    }
  }

  #putPost(document: PostDocument): void {
    const id = idToNumber(document.id);
    const key = idToNumber(document.feedKey);
    const author = idToNumber(document.authorId);
    const audience = audiences.indexOf(document.audience);
    const digest = digestOf(document);
    const stored = this.#statements.get('SELECT key, author, audience, digest FROM posts WHERE id = ?', id) as
      | StoredPost
      | undefined;
    if (stored?.digest === digest && stored.key === key) {
      const sql = 'UPDATE posts SET popularity = ?, audience = ? WHERE key = ?';
      this.#statements.run(sql, document.popularity, audience, key);
      if ((stored.audience === everyone) !== (audience === everyone)) {
        if (audience === everyone) countHashtags(this.#statements, document.hashtags, key, author);
        else uncountHashtags(this.#statements, key);
      }
      return;
    }
    if (stored) this.#removePost(id);
    const post = preparePost(document);
    this.#statements.run(
      'INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[key, id, author, audience, post.popularity, post.words, digest, post.title, post.body],
      post.foldedHashtags.join(separator),
    );
    this.#statements.run(
      'INSERT INTO post_text (rowid, words, hashtags, characters, author) VALUES (?, ?, ?, ?, ?)',
      ...[key, ...indexedWords(post), document.authorId],
    );
    this.#statements.run("UPDATE meta SET value = value + 1 WHERE name = 'posts'");
    if (audience === everyone) countHashtags(this.#statements, document.hashtags, key, author);
  }

  #removePost(id: number): void {
    const stored = this.#statements.get('SELECT key FROM posts WHERE id = ?', id) as
      | { key: number }
      | undefined;
    if (!stored) return;
    this.#statements.run('DELETE FROM posts WHERE key = ?', stored.key);
    this.#statements.run('DELETE FROM post_text WHERE rowid = ?', stored.key);
    this.#statements.run("UPDATE meta SET value = value - 1 WHERE name = 'posts'");
    uncountHashtags(this.#statements, stored.key);
  }
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
