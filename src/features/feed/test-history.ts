import assert from 'node:assert/strict';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { type Timelines, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { Visibility } from '../posts/index.ts';
import type { FeedPolicy } from './index.ts';
import { TestScheduler } from './test-scheduler.ts';
import { feedWorld, type Process, readAll, readPage } from './test-world.ts';

export const actions = [
  'post',
  'visibility',
  'delete',
  'follow',
  'unfollow',
  'block',
  'unblock',
  'mute',
  'unmute',
  'private',
  'accept',
  'deactivate',
  'reactivate',
  'popular',
  'inboxes',
  'read',
  'page',
  'rebuild',
  'restart',
  'clock',
  'settle',
  'step',
] as const;

/** One thing that happens. The numbers are taken modulo what there is to choose from. */
export interface Action {
  do: (typeof actions)[number];
  a: number;
  b: number;
  c: number;
}

export interface History {
  seed: number;
  /** Whether the feed is paused at its awaits. */
  paused: boolean;
  /** So little memory that heads and inboxes are evicted all the time. */
  tight: boolean;
  actions: readonly Action[];
}

const peopleCount = 5;
const processCount = 2;
/** Which of them delivers, where timelines are shared. */
const deliverer = 0;
const limits = [1, 2, 3, 4, 7, 8, 9, 16, 20];
export const ringMax = 8;

/** A reader paging while things happen, and what it must come across: whatever was there all along. */
interface Pager {
  reader: Principal;
  process: number;
  limit: number;
  order: 'recent' | 'relevant';
  throughout: Set<Id>;
  seen: Id[];
  next: string | undefined;
  done: boolean;
}

/** Timelines that the processes of one history share. */
export interface SharedTimelines {
  /** As a process that starts now has them. */
  open(): Promise<Timelines>;
  /** Loses some of what is kept, or all of it, or is away for a while. */
  disturb(random: () => number): Promise<void>;
  end(): Promise<void>;
}

/** How often something is lost between two actions. */
const disturbedOften = 0.4;
const disturbedSometimes = 0.1;

/** Plays a history and checks every read against the naive answer. Throws at the first that differs. */
export async function playHistory(history: History, shared?: SharedTimelines): Promise<void> {
  const run = new Run(history, shared);
  await run.start();
  for (const action of history.actions) {
    await run.disturb();
    await run.act(action);
    await run.loiter();
    await run.turnPages();
  }
  await run.finish();
}

class Run {
  readonly #history: History;
  readonly #random: () => number;
  readonly #world = feedWorld();
  readonly #people: Principal[] = [];
  readonly #processes: Process[] = [];
  readonly #schedulers: TestScheduler[] = [];
  readonly #policies: { popular: boolean; inboxes: boolean }[] = [];
  #pagers: Pager[] = [];
  #restarts = 0;

  readonly #shared: SharedTimelines | undefined;

  constructor(history: History, shared?: SharedTimelines) {
    this.#history = history;
    this.#shared = shared;
    this.#random = manualClock(0, history.seed).random;
  }

  async start(): Promise<void> {
    for (let i = 0; i < peopleCount; i++) this.#people.push(this.#world.join());
    for (let i = 0; i < processCount; i++) {
      this.#policies.push({ popular: false, inboxes: true });
      await this.#startProcess(i);
    }
    for (const person of this.#people) {
      for (const other of this.#people) {
        if (person !== other && this.#random() < 0.6)
          await this.#processes[0]!.graph.follow(person, { followeeId: other.userId });
      }
    }
  }

  async #startProcess(index: number): Promise<void> {
    const scheduler = new TestScheduler(this.#random);
    const choice = this.#policies[index]!;
    const policy: FeedPolicy = { wantsInbox: () => choice.inboxes, isPopular: () => choice.popular };
    const bytes = this.#history.tight ? { inboxBytesMax: 3500, headBytesMax: 1200 } : {};
    this.#processes[index] = await this.#world.startProcess({
      node: this.#restarts * processCount + index,
      clockAheadMs: index * 40,
      timelines: { ringMax, ...bytes },
      shared: this.#shared && { timelines: await this.#shared.open(), delivers: index === deliverer },
      policy,
      wrap: (deps) => scheduler.wrap(deps),
    });
    scheduler.open = !this.#history.paused;
    this.#schedulers[index] = scheduler;
  }

  async act({ do: what, a, b, c }: Action): Promise<void> {
    const person = this.#people[a % peopleCount]!;
    const other = this.#people[b % peopleCount]!;
    const index = c % processCount;
    const process = this.#processes[index]!;
    const isSame = person === other;
    switch (what) {
      case 'post':
        for (let i = 0; i <= b % 4; i++) {
          const visibility: Visibility = c % 7 === 0 ? 'only-me' : c % 5 === 0 ? 'followers' : 'public';
          await this.#world.post(process, person, { visibility });
        }
        return;
      case 'visibility':
        return this.#changePost(a, async (postId, author) => {
          const visibility = (['public', 'followers', 'only-me'] as const)[b % 3]!;
          return process.posts.change(author, postId, { visibility });
        });
      case 'delete':
        return this.#changePost(a, async (postId, author) => {
          await process.posts.delete(author, postId);
          return (await process.posts.get(postId))!;
        });
      case 'follow':
        if (!isSame && !(await process.graph.isBlocked(person.userId, other.userId)))
          await process.graph.follow(person, { followeeId: other.userId }).catch(ignoreAbsent);
        return;
      case 'unfollow':
        return process.graph.unfollow(person, other.userId);
      case 'block':
        return isSame ? undefined : process.graph.block(person, other.userId);
      case 'unblock':
        return process.graph.unblock(person, other.userId);
      case 'mute':
        if (!isSame) await process.graph.mute(person, other.userId).catch(ignoreAbsent);
        return;
      case 'unmute':
        return process.graph.unmute(person, other.userId);
      case 'private':
        return this.#world.alter(person, { isPrivate: b % 2 === 0 });
      case 'accept':
        for (const each of this.#people)
          await process.graph.acceptRequest(person, each.userId).catch(ignoreAbsent);
        return;
      case 'deactivate':
        return this.#world.alter(person, { state: 'deactivated' });
      case 'reactivate':
        return this.#world.alter(person, { state: 'active' });
      case 'popular':
        this.#policies[index]!.popular = b % 3 === 0;
        return;
      case 'inboxes':
        this.#policies[index]!.inboxes = b % 4 !== 0;
        return;
      case 'read':
        await this.#drive(index, readPage(process, person, { limit: limits[b % limits.length]! }));
        return;
      case 'page':
        return this.#beginPaging({ reader: person, process: index, limit: limits[b % limits.length]! }, c);
      case 'rebuild':
        return this.#drive(index, process.feed.rebuild().catch(unlessUnavailable));
      case 'restart':
        return this.#restart(index);
      case 'clock':
        return process.clock.advance(b % 2 === 0 ? a * 7 : 60);
      case 'settle':
        return this.#drive(index, process.feed.settled());
      case 'step':
        return this.#schedulers[index]!.step(a);
    }
  }

  async disturb(): Promise<void> {
    const often = this.#history.tight ? disturbedOften : disturbedSometimes;
    if (this.#shared && this.#random() < often) await this.#shared.disturb(this.#random);
  }

  /** Lets some of what is under way go on. */
  async loiter(): Promise<void> {
    if (this.#history.paused)
      for (const scheduler of this.#schedulers) await scheduler.step(Math.floor(this.#random() * 5));
  }

  async #changePost(at: number, change: (id: Id, author: Principal) => Promise<{ id: Id }>): Promise<void> {
    const live = [...this.#world.posts.values()].filter(({ deletedAtMs }) => deletedAtMs === null);
    const post = live[at % live.length];
    if (!post) return;
    const author = this.#people.find(({ userId }) => userId === post.authorId)!;
    const changed = await change(post.id, author);
    this.#world.posts.set(post.id, changed as typeof post);
  }

  #drive<T>(index: number, work: Promise<T>): Promise<T> {
    return this.#schedulers[index]!.drive(work);
  }

  async #restart(index: number): Promise<void> {
    this.#schedulers[index]!.openAll();
    await this.#processes[index]!.stop();
    this.#restarts++;
    await this.#startProcess(index);
  }

  /** What is there all along must be found from the moment on when this process has heard of it. */
  async #beginPaging(options: Pick<Pager, 'reader' | 'process' | 'limit'>, c: number): Promise<void> {
    if (this.#pagers.length > 2) return;
    const process = this.#processes[options.process]!;
    if (this.#shared) await this.#drive(deliverer, caughtUp(this.#processes[deliverer]!));
    await this.#drive(options.process, caughtUp(process));
    const throughout = new Set(await this.#world.naive(process, options.reader));
    const order = c % 3 === 0 ? 'relevant' : 'recent';
    this.#pagers.push({ ...options, order, throughout, seen: [], next: undefined, done: false });
  }

  async turnPages(): Promise<void> {
    for (const pager of this.#pagers) await this.#turnPage(pager);
    this.#pagers = this.#pagers.filter(({ done }) => !done);
  }

  async #turnPage(pager: Pager): Promise<void> {
    const process = this.#processes[pager.process]!;
    const { reader, limit, next: cursor, order } = pager;
    pager.throughout = intersection(pager.throughout, await this.#world.naive(process, reader));
    const { ids, next } = await this.#drive(
      pager.process,
      readPage(process, reader, { limit, cursor, order }),
    );
    // What this process heard of meanwhile may rightly be missing.
    pager.throughout = intersection(pager.throughout, await this.#world.naive(process, reader));
    assert.ok(ids.length === limit || next === undefined, 'a short page is the last');
    for (const id of ids) assert.ok(!pager.seen.includes(id), `${id} was shown twice`);
    pager.seen.push(...ids);
    pager.next = next;
    if (next !== undefined) return;
    pager.done = true;
    for (const id of pager.throughout) assert.ok(pager.seen.includes(id), `${id} was there and not shown`);
    if (order === 'recent') assert.deepEqual(pager.seen, [...pager.seen].sort().reverse());
  }

  /** At rest every kind of read equals the naive answer. */
  async finish(): Promise<void> {
    const limit = () => limits[1 + Math.floor(this.#random() * (limits.length - 1))]!;
    while (this.#pagers.length > 0) await this.turnPages();
    for (const scheduler of this.#schedulers) scheduler.openAll();
    for (const process of this.#processes) {
      await caughtUp(process);
      await process.feed.settled();
    }
    const truth = await this.#world.startProcess({ node: 200, unstarted: true });
    for (const reader of this.#people) {
      const naive = await this.#world.naive(truth, reader);
      assert.deepEqual(await readAll(truth, reader, { limit: limit() }), naive, 'by the truth alone');
      for (const process of this.#processes) {
        for (const kind of ['first', 'after fitting', 'warm']) {
          if (kind === 'after fitting' && this.#random() < 0.6) continue;
          assert.deepEqual(await readAll(process, reader, { limit: limit() }), naive, kind);
          await process.feed.settled();
        }
        if (this.#random() < 0.7) continue;
        const ranked = await readAll(process, reader, { limit: limit(), order: 'relevant' });
        assert.deepEqual(ranked.sort().reverse(), naive, 'by relevance');
      }
    }
    await Promise.all([truth, ...this.#processes].map((process) => process.stop()));
  }
}

async function caughtUp({ feed, graph, posts }: Process): Promise<void> {
  await feed.settled();
  // Their own subscriptions are handled within the same turns; a read through each proves it.
  await Promise.all([graph, posts].map(async () => new Promise((resolve) => setImmediate(resolve))));
}

/** The operator is told, and asks again. */
const unlessUnavailable = (error: unknown) => {
  if (!(error instanceof TimelinesUnavailable)) throw error;
};
const ignoreAbsent = (error: unknown) => {
  if (!(error instanceof Error && error.name === 'Refusal')) throw error;
};

const intersection = (set: Set<Id>, ids: readonly Id[]) => new Set(ids.filter((id) => set.has(id)));
