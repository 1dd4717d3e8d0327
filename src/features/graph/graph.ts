import { type BoundTo, bind } from '../../lib/bind.ts';
import type { Id } from '../../lib/ids.ts';
import type { LogEntry, Subscription } from '../../ports/log/log.ts';
import type { Relation } from '../accounts/index.ts';
import { acceptRequest, rejectRequest } from './answer-request.ts';
import { block, unblock } from './block.ts';
import type { GraphContext, GraphDeps } from './context.ts';
import { erasePerson } from './erase-person.ts';
import { follow, removeFollower, unfollow } from './follow.ts';
import type { Graph } from './index.ts';
import * as lists from './list-people.ts';
import { mute, unmute } from './mute.ts';
import { repairFollows } from './repair-follows.ts';
import { followCounts, followersByTime, follows } from './tables.ts';
import { createViewerCache, type ViewerCache } from './viewer-cache.ts';

type Bound<F> = BoundTo<GraphContext, F>;

/** Who follows, blocks and mutes whom. Each operation's file says what it does and refuses. */
export interface GraphFeature extends Graph {
  follow: Bound<typeof follow>;
  unfollow: Bound<typeof unfollow>;
  removeFollower: Bound<typeof removeFollower>;
  acceptRequest: Bound<typeof acceptRequest>;
  rejectRequest: Bound<typeof rejectRequest>;
  block: Bound<typeof block>;
  unblock: Bound<typeof unblock>;
  mute: Bound<typeof mute>;
  unmute: Bound<typeof unmute>;
  listFollowers: Bound<typeof lists.listFollowers>;
  listFollowing: Bound<typeof lists.listFollowing>;
  listRequests: Bound<typeof lists.listRequests>;
  listBlocked: Bound<typeof lists.listBlocked>;
  listMuted: Bound<typeof lists.listMuted>;
  listFollowHistory: Bound<typeof lists.listFollowHistory>;
  eraseOf: Bound<typeof erasePerson>;
  /** In the order of the ids; at most 1000. */
  followCounts(ids: readonly Id[]): Promise<{ followers: number; following: number }[]>;
  /** How one stands to another; undefined where neither following nor asking to. */
  followOf(
    followerId: Id,
    followeeId: Id,
  ): Promise<{ state: 'following' | 'requested'; wasRequested: boolean; atMs: number } | undefined>;
  /** What the viewer has to do with each, in the order of the ids; at most 1000. */
  relations(viewerId: Id, ids: readonly Id[]): Promise<Relation[]>;
  /** Whether either blocks the other. */
  isBlocked(viewerId: Id, id: Id): Promise<boolean>;
  /** Keeps what this process remembers true. To be awaited before serving. */
  start(): Promise<void>;
  /** Takes part in repairing; in any number of processes, which share the work. */
  startRepair(): Promise<Subscription>;
  /** Resolves when this process has seen, and repaired if it takes part, every change made so far. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

export function createGraph(deps: GraphDeps): GraphFeature {
  const { records, log } = deps;
  const viewers = createViewerCache({ records, entriesMax: deps.viewerEntriesMax });
  const context: GraphContext = { ...deps, viewers };
  const subscriptions: Subscription[] = [];
  return {
    ...reads(context),
    ...operations(context),
    async start() {
      const subscription = await log.subscribe({
        group: 'graph-cache',
        start: 'now',
        kinds: ['follow.changed', 'block.changed', 'mute.changed'],
        handle: (entries) => refreshAnnounced(viewers, entries),
      });
      subscriptions.push(subscription);
    },
    async startRepair() {
      const subscription = await repairFollows(context, log);
      subscriptions.push(subscription);
      return subscription;
    },
    async caughtUp() {
      await Promise.all(subscriptions.map((each) => each.caughtUp()));
    },
    async stop() {
      await Promise.all(subscriptions.splice(0).map((each) => each.close()));
    },
  };
}

function reads(context: GraphContext) {
  const { records, viewers } = context;
  const countsOf = async (ids: readonly Id[]) => {
    const rows = await records.getMany(
      followCounts,
      ids.map((id) => [id]),
    );
    return rows.map((row) => ({
      followers: row?.value.followers ?? 0,
      following: row?.value.following ?? 0,
    }));
  };
  return {
    viewer: (userId: Id) => viewers.get(userId),
    async followers(userId: Id, { before, limit }: { before?: string | undefined; limit: number }) {
      const rows = await records.list(followersByTime, [userId], { reverse: true, before, limit });
      const next = rows.length === limit ? rows.at(-1)?.key[1] : undefined;
      return { ids: rows.map(({ value }) => value.followerId), next };
    },
    counts: async (userId: Id) => (await countsOf([userId]))[0]!,
    followCounts: countsOf,
    async followOf(followerId: Id, followeeId: Id) {
      const found = await records.get(follows, [followerId, followeeId]);
      if (!found) return undefined;
      const { state, wasRequested = false, atMs } = found.value;
      return { state, wasRequested, atMs };
    },
    async relations(viewerId: Id, ids: readonly Id[]): Promise<Relation[]> {
      const { following, requested, blocking, muted } = await viewers.get(viewerId);
      const backward = await records.getMany(
        follows,
        ids.map((id) => [id, viewerId]),
      );
      return ids.map((id, i) => ({
        following: following.has(id),
        followedBy: backward[i]?.value.state === 'following',
        requested: requested.has(id),
        blocking: blocking.has(id),
        muting: muted.has(id),
      }));
    },
    isBlocked: async (viewerId: Id, id: Id) => (await viewers.get(viewerId)).blocked.has(id),
  };
}

function operations(context: GraphContext) {
  return {
    follow: bind(context, follow),
    unfollow: bind(context, unfollow),
    removeFollower: bind(context, removeFollower),
    acceptRequest: bind(context, acceptRequest),
    rejectRequest: bind(context, rejectRequest),
    block: bind(context, block),
    unblock: bind(context, unblock),
    mute: bind(context, mute),
    unmute: bind(context, unmute),
    listFollowers: bind(context, lists.listFollowers),
    listFollowing: bind(context, lists.listFollowing),
    listRequests: bind(context, lists.listRequests),
    listBlocked: bind(context, lists.listBlocked),
    listMuted: bind(context, lists.listMuted),
    listFollowHistory: bind(context, lists.listFollowHistory),
    eraseOf: bind(context, erasePerson),
  };
}

/** One refresh per person and batch, however many of its relations changed. */
async function refreshAnnounced(viewers: ViewerCache, entries: readonly LogEntry[]): Promise<void> {
  const touched = new Map<Id, Set<Id>>();
  const touch = (userId: unknown, otherId: unknown) => {
    const others = touched.get(String(userId)) ?? new Set();
    touched.set(String(userId), others.add(String(otherId)));
  };
  for (const { kind, data } of entries) {
    if (kind === 'follow.changed') touch(data['followerId'], data['followeeId']);
    else if (kind === 'mute.changed') touch(data['muterId'], data['mutedId']);
    else {
      touch(data['blockerId'], data['blockedId']);
      touch(data['blockedId'], data['blockerId']);
    }
  }
  await Promise.all([...touched].map(([userId, others]) => viewers.refresh(userId, [...others])));
}
