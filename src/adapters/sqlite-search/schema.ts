import { DatabaseSync } from 'node:sqlite';
import { userRank } from '../../ports/search/ranking.ts';

export const schemaVersion = 1;

/**
 * Rows are keyed by the number of a post's feed key, so that the index itself stands in order of time and the
 * newest matches come first without sorting. The text index keeps no text (`content=''`); the first characters,
 * which ranking looks at, lie beside it. Words arrive folded and split, so the plainest tokenizer does.
 */
const schema = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO meta VALUES ('built', 0), ('position', 0), ('posts', 0), ('users', 0);

  CREATE TABLE posts (
    key INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    author INTEGER NOT NULL,
    audience INTEGER NOT NULL,
    popularity REAL NOT NULL,
    words INTEGER NOT NULL,
    digest TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    hashtags TEXT NOT NULL
  );
  CREATE VIRTUAL TABLE post_text USING fts5(
    words, hashtags, characters, author,
    content='', contentless_delete=1, tokenize="ascii tokenchars '_'"
  );

  CREATE TABLE hashtag_uses (
    hashtag TEXT NOT NULL, key INTEGER NOT NULL, author INTEGER NOT NULL,
    PRIMARY KEY (hashtag, key)
  ) WITHOUT ROWID;
  CREATE INDEX hashtag_uses_by_key ON hashtag_uses (key);
  CREATE TABLE hashtags (hashtag TEXT PRIMARY KEY, folded TEXT NOT NULL, posts INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX hashtags_by_folded ON hashtags (folded);
  CREATE TABLE hashtag_beginnings (
    beginning TEXT NOT NULL, rank INTEGER NOT NULL, hashtag TEXT NOT NULL,
    PRIMARY KEY (beginning, rank, hashtag)
  ) WITHOUT ROWID;

  CREATE TABLE users (
    id INTEGER PRIMARY KEY, username TEXT NOT NULL, name TEXT NOT NULL, words TEXT NOT NULL, step INTEGER NOT NULL
  );
  CREATE INDEX users_by_username ON users (username);
  CREATE INDEX users_by_name ON users (name, step DESC, id);
  CREATE TABLE user_words (
    word TEXT NOT NULL, class INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (word, class, id)
  ) WITHOUT ROWID;
  CREATE TABLE user_beginnings (
    beginning TEXT NOT NULL, rank INTEGER NOT NULL, id INTEGER NOT NULL,
    PRIMARY KEY (beginning, rank, id)
  ) WITHOUT ROWID;

  -- While this index is being rebuilt: what changed since, which the rebuild leaves alone.
  CREATE TABLE touched (id INTEGER PRIMARY KEY);
  PRAGMA user_version = ${schemaVersion};
`;

const cacheKiB = 32 * 1024;
const mappedBytes = 256 * 1024 * 1024;
const busyTimeoutMs = 5000;

/** Opens the file for writing, making it where it is new. Throws where it is no such index. */
export function openForWriting(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs });
  try {
    // A power cut may take the last moments away; the stored position goes with them, and the log brings them back.
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${cacheKiB};
      PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 2000;`);
    const { user_version: version } = database.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (version === 0) database.exec(`BEGIN; ${schema} COMMIT;`);
    else if (version !== schemaVersion) throw new Error(`search index of version ${version}`);
    database.prepare('SELECT value FROM meta').all();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function openForReading(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs });
  database.exec(
    `PRAGMA cache_size = -${cacheKiB}; PRAGMA mmap_size = ${mappedBytes}; PRAGMA temp_store = MEMORY;`,
  );
  return database;
}

/** Beginnings of a word, up to which a sorted list is kept; longer ones are looked up word by word. */
export const beginningMax = 3;
export function beginningsOf(word: string): string[] {
  const characters = [...word];
  const lengths = Array.from({ length: Math.min(beginningMax, characters.length) }, (_, i) => i + 1);
  return lengths.map((length) => characters.slice(0, length).join(''));
}

export const audiences = ['everyone', 'followers', 'author', 'nobody'] as const;

/** Between the parts of a column that holds several. */
export const separator = '\n';
/** Words or hashtags looked at for a beginning longer than those that are kept sorted. */
export const scannedMax = 4000;
/** Above every text that begins so. */
export const afterAll = (beginning: string): string => `${beginning}\u{10ffff}`;

/** The rank of a class and a step of follower counts, as `userRank` has it for a count of that step. */
export const rankOf = (userClass: number, step: number): number => userRank(userClass, 0) - step;
