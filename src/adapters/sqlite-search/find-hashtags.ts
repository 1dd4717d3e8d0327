import { hashtagRank } from '../../ports/search/ranking.ts';
import type { HashtagHit, HashtagQuery } from '../../ports/search/search.ts';
import { afterAll, beginningMax, scannedMax } from './schema.ts';
import type { Statements } from './statements.ts';

interface CountedHashtag {
  hashtag: string;
  folded: string;
  posts: number;
}

/** The whole one first, then those that begin so, by steps of their counts. */
export function findHashtags(statements: Statements, { prefix, after, limit }: HashtagQuery): HashtagHit[] {
  const whole = statements.all(
    'SELECT hashtag, posts FROM hashtags WHERE folded = ?',
    prefix,
  ) as CountedHashtag[];
  const others =
    [...prefix].length <= beginningMax
      ? shortHashtags(statements, prefix, after, limit + whole.length + 1)
      : (statements.all(
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

function shortHashtags(
  statements: Statements,
  prefix: string,
  after: HashtagQuery['after'],
  limit: number,
): CountedHashtag[] {
  return statements.all(
    `SELECT b.hashtag, h.folded, h.posts FROM hashtag_beginnings AS b CROSS JOIN hashtags AS h ON h.hashtag = b.hashtag
       WHERE b.beginning = ? AND (b.rank, b.hashtag) > (?, ?) ORDER BY b.rank, b.hashtag LIMIT ?`,
    ...[prefix, after?.rank ?? -1, after?.hashtag ?? '', limit],
  ) as CountedHashtag[];
}
