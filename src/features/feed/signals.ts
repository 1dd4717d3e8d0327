import type { Id } from '../../lib/ids.ts';

/** What is known of a post beyond its counts. */
export interface PostSignals {
  views: number;
  /** Time spent on it by all viewers together. */
  dwellMs: number;
  /** Open or upheld reports. */
  reports: number;
}

/** How close a reader is to an author: numbers of events, each already decayed with time. */
export interface Affinity {
  /** Comments and replies either way. */
  conversations: number;
  likes: number;
  profileVisits: number;
  dwellMs: number;
}

/** Where the order by relevance gets what it goes by. Batched; unknown is zero; may be a little late. */
export interface Signals {
  affinities(readerId: Id, authorIds: readonly Id[]): Promise<Affinity[]>;
  posts(postIds: readonly Id[]): Promise<PostSignals[]>;
}

export const noAffinity: Affinity = { conversations: 0, likes: 0, profileVisits: 0, dwellMs: 0 };
export const noPostSignals: PostSignals = { views: 0, dwellMs: 0, reports: 0 };

/** Where nothing is counted. */
export const noSignals: Signals = {
  affinities: async (_readerId, authorIds) => authorIds.map(() => noAffinity),
  posts: async (postIds) => postIds.map(() => noPostSignals),
};
