import { firstIdAt, type Id, idFromNumber, idToNumber } from '../../lib/ids.ts';
import { hashtagRank, trendWindowMs } from '../../ports/search/ranking.ts';
import type { HashtagHit, HashtagQuery } from '../../ports/search/search.ts';
import { tagSeparator } from './documents.ts';

/** Hashtags that are put in order for one beginning: the most used of those that begin so. */
const orderedMax = 4000;

export function hashtagRequest({ prefix: given }: HashtagQuery): object {
  const prefix = given.toWellFormed();
  const inOrder = { field: 'tags', size: orderedMax, shard_size: orderedMax * 2 };
  return {
    size: 0,
    track_total_hits: false,
    query: { prefix: { tags: prefix } },
    aggs: {
      // The whole one is surely among the answers, however many others are used more.
      whole: { terms: { ...inOrder, include: `${escaped(prefix + tagSeparator)}.*` } },
      others: { terms: { ...inOrder, include: `${escaped(prefix)}.*` } },
    },
  };
}

const escaped = (text: string): string => text.replace(/[.?+*|{}[\]()"\\#@&<>~^$-]/g, '\\$&');

interface Buckets {
  buckets?: { key: string; doc_count: number }[];
}
export interface HashtagAnswer {
  aggregations?: { whole: Buckets; others: Buckets };
}

export function hashtagHits({ aggregations }: HashtagAnswer, query: HashtagQuery): HashtagHit[] {
  const { prefix, after, limit } = query;
  const counts = new Map<string, number>();
  for (const list of [aggregations?.whole, aggregations?.others]) {
    for (const { key, doc_count: posts } of list?.buckets ?? []) counts.set(key, posts);
  }
  return [...counts]
    .map(([key, posts]) => {
      const at = key.indexOf(tagSeparator);
      const isWhole = key.slice(0, at) === prefix;
      return { hashtag: key.slice(at + 1), posts, rank: hashtagRank(isWhole, posts) };
    })
    .sort((a, b) => a.rank - b.rank || (a.hashtag < b.hashtag ? -1 : 1))
    .filter(
      (hit) => !after || hit.rank > after.rank || (hit.rank === after.rank && hit.hashtag > after.hashtag),
    )
    .slice(0, limit);
}

/** Posts whose hashtags one request brings. */
const usesPageMax = 10_000;

type UsePlace = [key: number, id: number, author: number];

/** Posts for everyone with hashtags, of the days that count, newest first, after this one. */
export const usesRequest = (nowMs: number, after: UsePlace | undefined): object => ({
  _source: false,
  stored_fields: '_none_',
  track_total_hits: false,
  size: usesPageMax,
  sort: ['key', 'id', 'author'].map((field) => ({ [field]: 'desc' })),
  docvalue_fields: ['tags'],
  query: {
    bool: {
      filter: [
        { exists: { field: 'tags' } },
        { range: { key: { gte: idToNumber(firstIdAt(nowMs - trendWindowMs)) } } },
      ],
    },
  },
  ...(after && { search_after: after }),
});

export interface UsesAnswer {
  hits?: { hits?: { sort: UsePlace; fields?: { tags?: string[] } }[] };
}

export interface Use {
  hashtag: string;
  authorId: number;
  feedKey: Id;
}

/** In the order given; the place of the last, undefined when there are no more. */
export function usesOf({ hits }: UsesAnswer): { uses: Use[]; last: UsePlace | undefined } {
  const rows = hits?.hits ?? [];
  const uses = rows.flatMap(({ sort: [key, , author], fields }) =>
    (fields?.tags ?? []).map((tag) => ({
      hashtag: tag.slice(tag.indexOf(tagSeparator) + 1),
      authorId: author,
      feedKey: idFromNumber(key),
    })),
  );
  return { uses, last: rows.length < usesPageMax ? undefined : rows.at(-1)?.sort };
}
