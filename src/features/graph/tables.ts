import type { Id } from '../../lib/ids.ts';
import { defineTable, type Table } from '../../ports/records/records.ts';

export interface FollowRow {
  state: 'following' | 'requested';
  /** Its place in the lists by time; new at every follow, request and acceptance. */
  key: Id;
  atMs: number;
  /** The client's own word on when, kept beside ours. */
  clientTime: string | null;
  /** It was a request before, which the followee accepted. */
  wasRequested?: boolean;
}
/** Who follows whom, or has asked to: the truth, in the follower's partition. */
export const follows = defineTable<FollowRow>('follows', {
  partition: ['follower_id'],
  clustering: ['followee_id'],
});

/** Mirrors of `follows`, by time. The famous have many followers: an engine may split this one. */
export const followersByTime = defineTable<{ followerId: Id }>('followers_by_time', {
  partition: ['followee_id'],
  clustering: ['key'],
  kind: 'plain',
  wide: true,
});
export const followingByTime = defineTable<{ followeeId: Id }>('following_by_time', {
  partition: ['follower_id'],
  clustering: ['key'],
  kind: 'plain',
});
export const requestsByTime = defineTable<{ followerId: Id }>('follow_requests_by_time', {
  partition: ['followee_id'],
  clustering: ['key'],
  kind: 'plain',
  wide: true,
});

export interface FollowCountsRow {
  followers: number;
  following: number;
}
/** Accepted follows only; changed in the commit that changes the truth. */
export const followCounts = defineTable<FollowCountsRow>('follow_counts', {
  partition: ['user_id'],
  kind: 'counter',
});

export type FollowHistoryKind = 'followed' | 'requested' | 'accepted' | 'ended' | 'request-ended';
export interface FollowHistoryRow {
  followeeId: Id;
  kind: FollowHistoryKind;
  atMs: number;
  clientTime: string | null;
}
export const followHistory = defineTable<FollowHistoryRow>('follow_history', {
  partition: ['follower_id'],
  clustering: ['id'],
  kind: 'plain',
});

export interface SinceRow {
  atMs: number;
}
export const blocks = defineTable<SinceRow>('blocks', {
  partition: ['blocker_id'],
  clustering: ['blocked_id'],
});
/** Mirror of `blocks`. */
export const blockedBy = defineTable<SinceRow>('blocked_by', {
  partition: ['blocked_id'],
  clustering: ['blocker_id'],
  kind: 'plain',
});
export const mutes = defineTable<SinceRow>('mutes', { partition: ['muter_id'], clustering: ['muted_id'] });

/** All of this feature's tables, for the engine that holds them. */
export const graphTables: readonly Table<object>[] = [
  follows,
  followersByTime,
  followingByTime,
  requestsByTime,
  followCounts,
  followHistory,
  blocks,
  blockedBy,
  mutes,
];
