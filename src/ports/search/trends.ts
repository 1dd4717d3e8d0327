import { type Id, idTimeMs } from '../../lib/ids.ts';
import { trendPeopleMin, trendWeight, trendWindowMs } from './ranking.ts';
import type { Trend } from './search.ts';

/** Uses looked at, newest first: bounds time and memory. */
export const trendUsesMax = 100_000;

/**
 * Trends of hashtag uses given newest first: each person counts once for a hashtag, by their newest use of it, so
 * that nobody makes a trend alone.
 */
export function trendsOf(
  uses: Iterable<{ hashtag: string; authorId: Id | number; feedKey: Id }>,
  { nowMs, limit }: { nowMs: number; limit: number },
): Trend[] {
  const byHashtag = new Map<string, { people: Set<Id | number>; score: number }>();
  let looked = 0;
  for (const { hashtag, authorId, feedKey } of uses) {
    const ageMs = nowMs - idTimeMs(feedKey);
    if (ageMs > trendWindowMs || ++looked > trendUsesMax) break;
    const trend = byHashtag.get(hashtag) ?? { people: new Set(), score: 0 };
    byHashtag.set(hashtag, trend);
    if (trend.people.has(authorId)) continue;
    trend.people.add(authorId);
    trend.score += trendWeight(ageMs);
  }
  return [...byHashtag]
    .filter(([, { people }]) => people.size >= trendPeopleMin)
    .map(([hashtag, { people, score }]) => ({ hashtag, people: people.size, score }))
    .sort((a, b) => b.score - a.score || (a.hashtag < b.hashtag ? -1 : 1))
    .slice(0, limit);
}
