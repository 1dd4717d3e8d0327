import { hashtagRank } from '../../ports/search/ranking.ts';
import { fold } from '../../ports/search/text.ts';
import { beginningsOf } from './schema.ts';
import type { Statements } from './statements.ts';

export function countHashtags(
  statements: Statements,
  hashtags: readonly string[],
  key: number,
  author: number,
): void {
  for (const hashtag of new Set(hashtags)) {
    statements.run('INSERT OR IGNORE INTO hashtag_uses VALUES (?, ?, ?)', hashtag, key, author);
    recount(statements, hashtag, 1);
  }
}

export function uncountHashtags(statements: Statements, key: number): void {
  const uses = statements.all('SELECT hashtag FROM hashtag_uses WHERE key = ?', key) as { hashtag: string }[];
  for (const { hashtag } of uses) {
    statements.run('DELETE FROM hashtag_uses WHERE hashtag = ? AND key = ?', hashtag, key);
    recount(statements, hashtag, -1);
  }
}

function recount(statements: Statements, hashtag: string, delta: number): void {
  const row = statements.get('SELECT posts FROM hashtags WHERE hashtag = ?', hashtag) as
    | { posts: number }
    | undefined;
  const before = row?.posts ?? 0;
  const after = before + delta;
  const folded = fold(hashtag);
  if (after <= 0) statements.run('DELETE FROM hashtags WHERE hashtag = ?', hashtag);
  else {
    const sql =
      'INSERT INTO hashtags VALUES (?, ?, ?) ON CONFLICT (hashtag) DO UPDATE SET posts = excluded.posts';
    statements.run(sql, hashtag, folded, after);
  }
  const [rankBefore, rankAfter] = [hashtagRank(false, before), hashtagRank(false, after)];
  if (before > 0 && after > 0 && rankBefore === rankAfter) return;
  for (const beginning of beginningsOf(folded)) {
    if (before > 0) {
      const sql = 'DELETE FROM hashtag_beginnings WHERE beginning = ? AND rank = ? AND hashtag = ?';
      statements.run(sql, beginning, rankBefore, hashtag);
    }
    if (after > 0)
      statements.run('INSERT INTO hashtag_beginnings VALUES (?, ?, ?)', beginning, rankAfter, hashtag);
  }
}
