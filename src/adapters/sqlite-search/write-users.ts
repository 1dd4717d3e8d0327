import { idToNumber } from '../../lib/ids.ts';
import { prepareUser } from '../../ports/search/prepare.ts';
import { countRank, userClasses } from '../../ports/search/ranking.ts';
import type { UserDocument } from '../../ports/search/search.ts';
import { beginningsOf, rankOf, separator } from './schema.ts';
import type { Statements } from './statements.ts';

interface StoredUser {
  username: string;
  name: string;
  words: string;
  step: number;
}

export function putUser(statements: Statements, document: UserDocument): void {
  const id = idToNumber(document.id);
  const { username, name, words } = prepareUser(document);
  const user: StoredUser = {
    username,
    name,
    words: words.join(separator),
    step: countRank(document.followers),
  };
  const stored = statements.get('SELECT username, name, words, step FROM users WHERE id = ?', id) as
    | StoredUser
    | undefined;
  const isSame =
    stored?.username === username &&
    stored.name === name &&
    stored.words === user.words &&
    stored.step === user.step;
  if (isSame) return;
  if (stored) removeUser(statements, id);
  statements.run('INSERT INTO users VALUES (?, ?, ?, ?, ?)', id, username, name, user.words, user.step);
  statements.run("UPDATE meta SET value = value + 1 WHERE name = 'users'");
  for (const [word, userClass] of findableWords(user)) {
    statements.run('INSERT OR IGNORE INTO user_words VALUES (?, ?, ?)', word, userClass, id);
    for (const beginning of beginningsOf(word)) {
      const rank = rankOf(userClass, user.step);
      statements.run('INSERT OR IGNORE INTO user_beginnings VALUES (?, ?, ?)', beginning, rank, id);
    }
  }
}

export function removeUser(statements: Statements, id: number): void {
  const stored = statements.get('SELECT username, name, words, step FROM users WHERE id = ?', id) as
    | StoredUser
    | undefined;
  if (!stored) return;
  for (const [word, userClass] of findableWords(stored)) {
    statements.run('DELETE FROM user_words WHERE word = ? AND class = ? AND id = ?', word, userClass, id);
    for (const beginning of beginningsOf(word)) {
      const sql = 'DELETE FROM user_beginnings WHERE beginning = ? AND rank = ? AND id = ?';
      statements.run(sql, beginning, rankOf(userClass, stored.step), id);
    }
  }
  statements.run('DELETE FROM users WHERE id = ?', id);
  statements.run("UPDATE meta SET value = value - 1 WHERE name = 'users'");
}

function findableWords({ username, words }: StoredUser): [word: string, userClass: number][] {
  const names = words === '' ? [] : words.split(separator);
  return [
    [username, userClasses.handle],
    ...names.map((word) => [word, userClasses.name] as [string, number]),
  ];
}
