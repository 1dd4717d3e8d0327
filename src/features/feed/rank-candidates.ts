import { type Id, idTimeMs } from '../../lib/ids.ts';
import type { PostCard } from '../posts/index.ts';
import type { FeedContext } from './context.ts';
import { type Candidate, rankPosts } from './rank-posts.ts';
import type { ReasonCode } from './reason.ts';
import { noAffinity } from './signals.ts';

export interface RankedCard {
  card: PostCard;
  reason: ReasonCode | undefined;
}

/** Gathers what each card is judged by, in three batched reads, and puts them in order. */
export async function rankCards(
  { posts, signals, clock }: Pick<FeedContext, 'posts' | 'signals' | 'clock'>,
  readerId: Id,
  cards: readonly PostCard[],
): Promise<RankedCard[]> {
  if (cards.length === 0) return [];
  const ids = cards.map(({ id }) => id);
  const authors = [...new Set(cards.map(({ authorId }) => authorId))];
  const [counts, postSignals, affinities] = await Promise.all([
    posts.counts(ids),
    signals.posts(ids),
    signals.affinities(readerId, authors),
  ]);
  const affinityOf = new Map(authors.map((id, i) => [id, affinities[i] ?? noAffinity]));
  const nowMs = clock.nowMs();
  const candidates = cards.map(
    ({ authorId, feedKey }, i): Candidate => ({
      authorId,
      ageMs: nowMs - idTimeMs(feedKey),
      isOwn: authorId === readerId,
      likes: counts[i]!.likes,
      comments: counts[i]!.comments,
      post: postSignals[i]!,
      affinity: affinityOf.get(authorId)!,
    }),
  );
  return rankPosts(candidates).map(({ index, reason }) => ({ card: cards[index]!, reason }));
}
