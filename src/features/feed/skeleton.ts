import { idToNumber } from '../../lib/ids.ts';
import type { MergedPage } from '../../ports/timelines/timelines.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { FeedContext } from './context.ts';
import type { Keys } from './feed.ts';
import { loadHeads } from './load-heads.ts';
import { authorsOf, makePlan, type Plan } from './plan.ts';
import type { Reader } from './readers.ts';
import { Walk } from './walk.ts';

/** Plans and heads may be thrown away while they are being used; after so many times the truth is read instead. */
const attemptsMax = 4;
/** Of one's own newest posts so many are looked for in the truth while hints are on their way. */
const ownNewestMax = 20;
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
    const { timelines, readers, live } = this.#context;
    if (!live) return undefined;
    if (this.#context.lag() > 0) await this.#catchUpOwn();
    let belowInbox = false;
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      let plan = readers.planFor(this.#reader, this.#viewer);
      if (!plan) {
        plan = await makePlan(timelines, this.#viewer);
        readers.setPlan(this.#reader, plan);
      }
      const page = await timelines.read({
        readerId: this.#viewer.userId,
        version: belowInbox ? 0 : plan.version,
        pulled: belowInbox ? plan.everybody : plan.pulled,
        before: this.#before,
        limit,
      });
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

  /** One's own post is in one's own feed at once, whether or not its hint was handled. */
  async #catchUpOwn(): Promise<void> {
    const authorId = this.#viewer.userId;
    const newest = await this.#context.posts.listByAuthor(authorId, { limit: ownNewestMax });
    await this.#context.timelines.pushHeads(
      newest.map(({ feedKey }) => ({ authorId, key: idToNumber(feedKey) })),
    );
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
