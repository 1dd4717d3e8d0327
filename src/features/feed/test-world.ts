import { createIdSource, type Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { RecentChanges } from '../../lib/recent-changes.ts';
import { memoryCache } from '../../ports/cache/memory-cache.ts';
import { type ManualClock, manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import {
  createMemoryTimelines,
  type MemoryTimelinesOptions,
} from '../../ports/timelines/memory-timelines.ts';
import type { Timelines } from '../../ports/timelines/timelines.ts';
import type { Account, AccountDirectory } from '../accounts/index.ts';
import { createGraph, type GraphFeature } from '../graph/index.ts';
import { createPosts, maySee, type Post, type PostsFeature } from '../posts/index.ts';
import { createFeed, type Feed, type FeedDeps, type FeedPolicy, noSignals } from './index.ts';

export interface Process {
  clock: ManualClock;
  graph: GraphFeature;
  posts: PostsFeature;
  feed: Feed;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  /** This process's number, which its ids carry. */
  node?: number;
  clockAheadMs?: number;
  timelines?: MemoryTimelinesOptions;
  /** Instead, timelines that all processes share; those who do not deliver leave it to another one. */
  shared?: { timelines: Timelines; delivers: boolean } | undefined;
  policy?: FeedPolicy;
  /** Stands between the feed and what it uses. */
  wrap?: (deps: FeedDeps) => FeedDeps;
  /** Leaves the feed as it is before `start`. */
  unstarted?: boolean;
  signals?: FeedDeps['signals'];
}

export const everybodyHasInboxes: FeedPolicy = { wantsInbox: () => true, isPopular: () => false };
export const nobodyHasInboxes: FeedPolicy = { wantsInbox: () => false, isPopular: () => false };

/** One store, its people, and processes over it: with the real graph and posts, and accounts that tests change. */
export function feedWorld() {
  const startMs = Date.UTC(2026, 5, 1);
  const storeClock = manualClock(startMs);
  const { records, log } = createMemoryStore({ nowMs: storeClock.nowMs });
  const people = new Map<Id, Account>();
  /** One for each process: what its caches were told of. */
  const told: RecentChanges[] = [];
  const ids = createIdSource({ nowMs: storeClock.nowMs, node: 255 });
  /** Every post ever made, as it is now: what the naive answer is worked out from. */
  const posts = new Map<Id, Post>();

  const accounts: AccountDirectory = {
    get: async (id) => people.get(id),
    getMany: async (wanted) => wanted.map((id) => people.get(id)),
    findByUsername: async () => undefined,
    resolve: async (id) => (people.get(id)?.state === 'active' ? people.get(id) : undefined),
  };

  const join = (): Principal => {
    const userId = ids.next();
    const account = { id: userId, username: userId, displayName: userId, avatarUrl: null, isPrivate: false };
    people.set(userId, { ...account, state: 'active' } as Account);
    return { userId, isAdmin: false, credentialId: null };
  };
  const alter = ({ userId }: Principal, more: Partial<Account>) => {
    people.set(userId, { ...people.get(userId)!, ...more });
    for (const changes of told) changes.record(userId);
  };

  const startProcess = async (options: ProcessOptions = {}): Promise<Process> => {
    const { node = 0, clockAheadMs = 0, wrap = (deps) => deps } = options;
    const clock = manualClock(startMs + clockAheadMs, node + 1);
    const changes = new RecentChanges();
    told.push(changes);
    const shared = {
      records,
      changes,
      log,
      clock,
      ids: createIdSource({ nowMs: clock.nowMs, node }),
      accounts,
    };
    const graph = createGraph({ ...shared, readAccount: async (id) => people.get(id) });
    const postsFeature = createPosts({
      ...shared,
      graph,
      cache: memoryCache({ charactersMax: 1_000_000 }),
      reactionsOf: async (_, wanted) => wanted.map(() => null),
    });
    await Promise.all([graph.start(), postsFeature.start()]);
    const feed = createFeed(
      wrap({
        graph,
        posts: postsFeature,
        log,
        clock,
        changes,
        timelines: options.shared?.timelines ?? createMemoryTimelines(options.timelines),
        ...(options.shared && { subscription: { start: 'stored', group: 'feed' } }),
        signals: options.signals ?? noSignals,
        policy: options.policy ?? everybodyHasInboxes,
        ...(options.timelines?.ringMax ? { ringMax: options.timelines.ringMax } : {}),
      }),
    );
    if (!options.unstarted) await feed.start({ delivers: options.shared?.delivers ?? true });
    const stop = async () => void (await Promise.all([feed.close(), postsFeature.stop(), graph.stop()]));
    return { clock, graph, posts: postsFeature, feed, stop };
  };

  const post = async ({ posts: feature, clock }: Process, author: Principal, more: object = {}) => {
    clock.advance(1);
    const made = (await feature.create(author, { text: 'words', ...more })).post;
    posts.set(made.id, made);
    return made;
  };

  /** Every post that belongs in the feed now, newest first: the plain definition. */
  const naive = async ({ graph }: Process, reader: Principal): Promise<Id[]> => {
    const viewer = await graph.viewer(reader.userId);
    return [...posts.values()]
      .filter((each) => {
        const { authorId } = each;
        const isFollowed = viewer.following.has(authorId) && !viewer.muted.has(authorId);
        return (isFollowed || authorId === reader.userId) && maySee(viewer, people.get(authorId), each);
      })
      .sort((a, b) => (a.feedKey! < b.feedKey! ? 1 : -1))
      .map(({ id }) => id);
  };

  return { records, log, people, posts, join, alter, startProcess, post, naive };
}

export type FeedWorld = ReturnType<typeof feedWorld>;

export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
  order?: 'recent' | 'relevant';
}

export interface Page {
  ids: Id[];
  reasons: (string | undefined)[];
  next: string | undefined;
}

export async function readPage(
  { feed }: Pick<Process, 'feed'>,
  reader: Principal,
  { limit, cursor, order = 'recent' }: PageRequest,
): Promise<Page> {
  const text = await feed.read(reader, reader.userId, { order, limit, cursor });
  // Not parsed as a whole: histories read a thousand pages.
  const ids = Array.from(text.matchAll(/\{"post":\{"id":"(\w+)"/g), ([, id]) => id!);
  const reasons = text.includes('"reason"') ? (JSON.parse(text) as Reasoned).items : [];
  const next = text.slice(text.lastIndexOf(':') + 1, -1);
  return {
    ids,
    reasons: ids.map((_, i) => reasons[i]?.reason?.code),
    next: next === 'null' ? undefined : next.slice(1, -1),
  };
}

interface Reasoned {
  items: { reason?: { code: string } }[];
}

/** The whole feed by pages of one size; every page but the last is full. */
export async function readAll(
  process: Pick<Process, 'feed'>,
  reader: Principal,
  { limit, order = 'recent' }: { limit: number; order?: 'recent' | 'relevant' },
): Promise<Id[]> {
  const all: Id[] = [];
  for (let cursor: string | undefined; ; ) {
    const { ids, next } = await readPage(process, reader, { limit, cursor, order });
    all.push(...ids);
    if (next === undefined) return all;
    if (ids.length !== limit) throw new Error(`a page of ${ids.length} that is not the last`);
    cursor = next;
  }
}
