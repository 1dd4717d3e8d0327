import type { Id } from '../../lib/ids.ts';
import type { ReasonCode } from './reason.ts';
import type { Affinity, PostSignals } from './signals.ts';

/** What a candidate is judged by. Everything is a plain number, so that ranking can be tried out offline. */
export interface Candidate {
  authorId: Id;
  ageMs: number;
  isOwn: boolean;
  likes: number;
  comments: number;
  post: PostSignals;
  affinity: Affinity;
}

export interface Ranked {
  /** Index of the candidate. */
  index: number;
  score: number;
  reason: ReasonCode | undefined;
}

/**
 * The weights of the order by relevance. All parts of a score lie between 0 and 1; a part at `half` counts for
 * one half, and twice as much of it adds ever less.
 */
export const weights = {
  affinity: 1,
  interactions: 0.8,
  dwell: 0.3,
  freshness: 1.2,
  /** Freshness falls to one half in so long. */
  freshnessHalfLifeMs: 8 * 3_600_000,
  /** A comment says more than a like. */
  commentsPerLike: 3,
  /** As if every post had this many views already: one like on two views proves little. */
  viewsPrior: 20,
  conversationsHalf: 4,
  likesHalf: 10,
  profileVisitsHalf: 5,
  dwellHalfMs: 300_000,
  /** Interactions per view. */
  interactionsHalf: 0.15,
  /** Time spent per view. */
  viewDwellHalfMs: 8_000,
  /** A report takes this part of what is left of the score, and so does the next. */
  reportPenalty: 0.35,
  /** Each earlier post of the same author in the list takes this part of what is left of the score. */
  sameAuthorPenalty: 0.25,
} as const;

/** From nothing 0 towards 1; one half at `half`. */
const saturate = (value: number, half: number) => (value <= 0 ? 0 : value / (value + half));

interface Parts {
  conversations: number;
  likes: number;
  visits: number;
  interactions: number;
  dwell: number;
  freshness: number;
}

function partsOf({ ageMs, likes, comments, post, affinity }: Candidate): Parts {
  const interactions = likes + comments * weights.commentsPerLike;
  const seen = post.views + weights.viewsPrior;
  return {
    conversations: saturate(affinity.conversations, weights.conversationsHalf),
    likes: saturate(affinity.likes, weights.likesHalf),
    visits: Math.max(
      saturate(affinity.profileVisits, weights.profileVisitsHalf),
      saturate(affinity.dwellMs, weights.dwellHalfMs),
    ),
    interactions: saturate(interactions / seen, weights.interactionsHalf),
    dwell: saturate(post.dwellMs / seen, weights.viewDwellHalfMs),
    freshness: 0.5 ** (Math.max(0, ageMs) / weights.freshnessHalfLifeMs),
  };
}

/** Talking weighs most; whoever one neither talks with nor likes can still be somebody one looks at. */
const affinityOf = ({ conversations, likes, visits }: Parts) =>
  0.5 * conversations + 0.3 * likes + 0.2 * visits;

export function scoreOf(candidate: Candidate): number {
  const parts = partsOf(candidate);
  const score =
    weights.affinity * affinityOf(parts) +
    weights.interactions * parts.interactions +
    weights.dwell * parts.dwell +
    weights.freshness * parts.freshness;
  return score * (1 - weights.reportPenalty) ** Math.max(0, candidate.post.reports);
}

/** The strongest part that is worth mentioning. */
export function reasonOf(candidate: Candidate): ReasonCode | undefined {
  if (candidate.isOwn) return undefined;
  const parts = partsOf(candidate);
  const claims: [ReasonCode, number][] = [
    ['conversation', parts.conversations],
    ['often-liked', parts.likes * 0.9],
    ['popular-with-others', parts.interactions * 0.9],
    ['often-visited', parts.visits * 0.8],
    ['much-read', parts.dwell * 0.8],
    ['recent', parts.freshness * 0.5],
  ];
  let best: [ReasonCode, number] | undefined;
  for (const claim of claims) if (claim[1] >= 0.25 && claim[1] > (best?.[1] ?? 0)) best = claim;
  return best?.[0];
}

/**
 * Puts candidates in order: always the best of what is left, where each author already in the list has a handicap
 * that grows with every post. Ties keep the order given. O(n · authors).
 */
export function rankPosts(candidates: readonly Candidate[]): Ranked[] {
  const scores = candidates.map(scoreOf);
  const queues = new Map<Id, number[]>();
  for (let index = 0; index < candidates.length; index++) {
    const { authorId } = candidates[index]!;
    const queue = queues.get(authorId);
    if (queue) queue.push(index);
    else queues.set(authorId, [index]);
  }
  const fronts = [...queues.values()].map((queue) => ({
    queue: queue.sort((a, b) => scores[b]! - scores[a]! || a - b),
    handicap: 1,
  }));
  const ranked: Ranked[] = [];
  while (ranked.length < candidates.length) {
    let best: (typeof fronts)[number] | undefined;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const front of fronts) {
      const index = front.queue[0];
      if (index === undefined) continue;
      const score = scores[index]! * front.handicap;
      if (score > bestScore || (score === bestScore && index < best!.queue[0]!)) {
        best = front;
        bestScore = score;
      }
    }
    const index = best!.queue.shift()!;
    best!.handicap *= 1 - weights.sameAuthorPenalty;
    ranked.push({ index, score: bestScore, reason: reasonOf(candidates[index]!) });
  }
  return ranked;
}
