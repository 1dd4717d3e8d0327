import type { Id } from '../../lib/ids.ts';
import { type Commit, type Row, type Write, write } from '../../ports/records/records.ts';
import { followHint, type GraphContext } from './context.ts';
import {
  type FollowHistoryKind,
  type FollowRow,
  followCounts,
  followersByTime,
  followHistory,
  followingByTime,
  follows,
  requestsByTime,
} from './tables.ts';

/** The two ends of a follow. */
export interface Ends {
  followerId: Id;
  followeeId: Id;
}

/** The rows by which the lists show a follow or a request. */
export function mirrorWrites(
  { followerId, followeeId }: Ends,
  { state, key }: Pick<FollowRow, 'state' | 'key'>,
): Write[] {
  if (state === 'requested') return [write.put(requestsByTime, [followeeId, key], { followerId })];
  return [
    write.put(followersByTime, [followeeId, key], { followerId }),
    write.put(followingByTime, [followerId, key], { followeeId }),
  ];
}

export function mirrorRemovals(
  { followerId, followeeId }: Ends,
  state: FollowRow['state'],
  key: Id,
): Write[] {
  if (state === 'requested') return [write.remove(requestsByTime, [followeeId, key])];
  return [write.remove(followersByTime, [followeeId, key]), write.remove(followingByTime, [followerId, key])];
}

function countWrites({ followerId, followeeId }: Ends, delta: 1 | -1): Write[] {
  return [
    write.add(followCounts, [followerId], { following: delta }),
    write.add(followCounts, [followeeId], { followers: delta }),
  ];
}

function historyWrite(
  { ids, clock }: GraphContext,
  { followerId, followeeId }: Ends,
  kind: FollowHistoryKind,
  clientTime: string | null = null,
): Write {
  const atMs = clock.nowMs();
  return write.put(followHistory, [followerId, ids.next()], { followeeId, kind, atMs, clientTime });
}

/** A follow or request that was not there. */
export function beginning(
  context: GraphContext,
  ends: Ends,
  { state, clientTime }: { state: FollowRow['state']; clientTime: string | null },
): Commit {
  const key = context.ids.next();
  const row: FollowRow = { state, key, atMs: context.clock.nowMs(), clientTime };
  const isFollowing = state === 'following';
  const then = [
    ...mirrorWrites(ends, row),
    historyWrite(context, ends, isFollowing ? 'followed' : 'requested', clientTime),
    ...(isFollowing ? countWrites(ends, 1) : []),
  ];
  return {
    decide: [write.insert(follows, [ends.followerId, ends.followeeId], row)],
    then,
    hints: [followHint(ends.followerId, ends.followeeId, key)],
  };
}

/** A request that becomes a follow. */
export function accepting(context: GraphContext, ends: Ends, { value, version }: Row<FollowRow>): Commit {
  const key = context.ids.next();
  const atMs = context.clock.nowMs();
  const row: FollowRow = { ...value, state: 'following', key, atMs, wasRequested: true };
  const then = [
    ...mirrorRemovals(ends, 'requested', value.key),
    ...mirrorWrites(ends, row),
    historyWrite(context, ends, 'accepted'),
    ...countWrites(ends, 1),
  ];
  return {
    decide: [write.replace(follows, [ends.followerId, ends.followeeId], row, version)],
    then,
    hints: [
      followHint(ends.followerId, ends.followeeId, value.key),
      followHint(ends.followerId, ends.followeeId, key),
    ],
  };
}

/** A follow or request that ends. `decide` may take further rows of the follower's partition. */
export function ending(
  context: GraphContext,
  ends: Ends,
  { value, version }: Row<FollowRow>,
  clientTime: string | null = null,
): Commit {
  const isFollowing = value.state === 'following';
  const then = [
    ...mirrorRemovals(ends, value.state, value.key),
    historyWrite(context, ends, isFollowing ? 'ended' : 'request-ended', clientTime),
    ...(isFollowing ? countWrites(ends, -1) : []),
  ];
  return {
    decide: [write.remove(follows, [ends.followerId, ends.followeeId], version)],
    then,
    hints: [followHint(ends.followerId, ends.followeeId, value.key)],
  };
}
