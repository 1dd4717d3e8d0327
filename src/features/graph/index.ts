import type { Id } from '../../lib/ids.ts';

export type { GraphDeps } from './context.ts';
export { createGraph, type GraphFeature } from './graph.ts';
export { followCounts, followersByTime, followingByTime, graphTables } from './tables.ts';

/**
 * Everything about one person's relations that decides what they see. Never changed in place: after a change
 * `Graph.viewer` answers another object, so that what is derived from one may be kept with it.
 */
export interface ViewerGraph {
  userId: Id;
  /** Accepted follows. */
  following: ReadonlySet<Id>;
  /** Blocked by this person, or blocking them: either way neither sees the other. */
  blocked: ReadonlySet<Id>;
  muted: ReadonlySet<Id>;
}

/** The graph as other features read it. */
export interface Graph {
  /**
   * Cached in this process and kept true by the log's hints; right after one's own change true at once.
   * O(1) when cached, O(follows + blocks + mutes) when not. At most `followsMax` follows a person.
   */
  viewer(userId: Id): Promise<ViewerGraph>;
  /** Accepted followers, newest follow first; `before` is the last page's `next`. At most 1000 a page. */
  followers(
    userId: Id,
    options: { before?: string | undefined; limit: number },
  ): Promise<{ ids: Id[]; next: string | undefined }>;
  /** Counted, O(1). */
  counts(userId: Id): Promise<{ followers: number; following: number }>;
}

export const followsMax = 10_000;

/**
 * Hints:
 * - `follow.changed` {followerId, followeeId, followKey}: key is the follower's id; followed, requested, accepted, ended.
 * - `block.changed` {blockerId, blockedId}, key the blocker's id. `mute.changed` {muterId, mutedId}, key the muter's id.
 */
export type GraphHintKind = 'follow.changed' | 'block.changed' | 'mute.changed';
