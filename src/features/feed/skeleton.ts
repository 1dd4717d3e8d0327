import { idToNumber } from '../../lib/ids.ts';
import { type AuthorSet, type MergedPage, TimelinesUnavailable } from '../../ports/timelines/timelines.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import type { Keys } from './feed.ts';
import { loadHeads } from './load-heads.ts';
import { authorsOf, makePlan, type Plan } from './plan.ts';
import type { Reader } from './readers.ts';
import { Walk } from './walk.ts';

/** Plans and heads may be thrown away while they are being used; after so many times the truth is read instead. */
const attemptsMax = 4;
/** While hints are on their way, so many of one's own newest posts are looked for; of a burst, the larger number. */
const ownNewest = 4;
const ownBurstMax = 200;
/** Every so many reads that pull at least so many authors, the clock is asked what that costs. */
const sampleEvery = 64;
const sampleAuthorsMin = 16;
/** A walk takes so much of an inbox at once. */
const inboxParts = 4;

/**
 * The first step of a read: which posts, newest first, by follows alone. Warm it is one call of the timelines;
 * where that ends above the page's end, a walk goes on from there.
 */
export class Skeleton {
  readonly #context: FeedContext;
  readonly #viewer: ViewerGraph;
  readonly #reader: Reader;
  #before: number;
  #walk: Walk | undefined;

  constructor(context: FeedContext, viewer: ViewerGraph, before: number) {
    this.#context = context;
    this.#viewer = viewer;
    this.#reader = context.readers.get(viewer.userId);
    this.#before = before;
  }

  /** The next keys downwards, of anybody the feed was made of lately; fewer than `limit` only at the end. */
  async next(limit: number): Promise<Keys> {
    if (this.#walk) return this.#walk.take(limit);
    const found = await this.#read(limit);
    if (!found) {
      this.#walk = this.#walkTruth();
      return this.#walk.take(limit);
    }
    const { page, plan } = found;
    this.#before = page.keys.at(-1) ?? this.#before;
    if (page.keys.length === limit || page.floor === 0) return page;
    this.#walk = this.#walkOn(plan, Math.min(this.#before, page.floor));
    const rest = await this.#walk.take(limit - page.keys.length);
    return { keys: [...page.keys, ...rest.keys], authors: [...page.authors, ...rest.authors] };
  }

  /** What inbox and heads answer; undefined where they cannot be used. */
  async #read(limit: number): Promise<{ page: MergedPage; plan: Plan } | undefined> {
    if (!this.#context.live) return undefined;
    try {
      return await this.#readTimelines(limit);
    } catch (error) {
      if (error instanceof TimelinesUnavailable) return undefined;
      throw error;
    }
  }

  async #readTimelines(limit: number): Promise<{ page: MergedPage; plan: Plan } | undefined> {
    const { timelines, readers } = this.#context;
    if (this.#context.mayLackOwn(this.#viewer.userId)) await this.#catchUpOwn();
    let belowInbox = false;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      let plan = readers.planFor(this.#reader, this.#viewer);
      if (!plan) {
        plan = await makePlan(timelines, this.#viewer);
        readers.setPlan(this.#reader, plan);
      }
      const page = await this.#ask(
        belowInbox ? 0 : plan.version,
        belowInbox ? plan.everybody : plan.pulled,
        limit,
      );
      if (page.current && page.absent.length === 0) {
        // Wholly below the inbox its authors' heads may still do, which is much faster than a walk.
        belowInbox = plan.version !== 0 && page.inboxFloor >= this.#before;
        if (!belowInbox) return { page, plan };
        continue;
      }
      if (!page.current) this.#reader.plan = undefined;
      else await loadHeads(this.#context, page.absent);
    }
    return undefined;
  }

  async #ask(version: number, pulled: AuthorSet, limit: number): Promise<MergedPage> {
    const { timelines, clock, costs } = this.#context;
    const request = { readerId: this.#viewer.userId, version, pulled, before: this.#before, limit };
    if (pulled.ids.length < sampleAuthorsMin || this.#context.reads++ % sampleEvery > 0)
      return timelines.read(request);
    const startedMs = clock.monotonicMs();
    const page = await timelines.read(request);
    if (page.keys.length > 0) costs.pulled(pulled.ids.length, clock.monotonicMs() - startedMs);
    return page;
  }

  /** One's own post is in one's own feed at once, whether or not its hint was handled. */
  async #catchUpOwn(): Promise<void> {
    const { posts, timelines } = this.#context;
    const authorId = this.#viewer.userId;
    const [head] = await timelines.headRuns([{ authorId, before: Number.POSITIVE_INFINITY }], { limit: 1 });
    if (head!.floor === Number.POSITIVE_INFINITY) return;
    const list = async (limit: number) =>
      (await posts.listByAuthor(authorId, { limit })).map(({ feedKey }) => idToNumber(feedKey));
    let keys = await list(ownNewest);
    if (keys.length === ownNewest && keys.at(-1)! > (head!.keys[0] ?? 0)) keys = await list(ownBurstMax);
    await timelines.pushHeads(keys.map((key) => ({ authorId, key })));
    this.#context.foundOwn(authorId);
  }

  #walkTruth(): Walk {
    const walk = new Walk(this.#context, { before: this.#before, withoutHeads: true });
    walk.addAuthors(authorsOf(this.#viewer));
    return walk;
  }

  #walkOn(plan: Plan, before: number): Walk {
    const { timelines, ringMax } = this.#context;
    const walk = new Walk(this.#context, { before });
    const limit = Math.ceil(ringMax / inboxParts);
    walk.addAuthors(plan.pulled.ids);
    if (plan.version === 0) return walk;
    const request = { readerId: this.#viewer.userId, version: plan.version, pulled: timelines.prepare([]) };
    walk.addInbox({
      covered: plan.covered,
      read: async (below: number) => {
        const page = await timelines.read({ ...request, before: below, limit });
        if (!page.current) return undefined;
        const { keys, authors } = page;
        return { keys, authors, floor: keys.length === limit ? keys.at(-1)! : page.floor };
      },
    });
    return walk;
  }
}
