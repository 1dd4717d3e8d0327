import { LRUCache } from 'lru-cache';
import type { Id } from '../../lib/ids.ts';
import { audiencePageMax } from '../../ports/timelines/timelines.ts';
import type { FeedContext } from './context.ts';
import { addToRate, noRate, type Rate, rateAt } from './costs.ts';

const ratesMax = 50_000;

/** The second switch: whose posts are delivered and whose are pulled. Looked at whenever an author publishes. */
export class AuthorSwitch {
  readonly #context: FeedContext;
  readonly #rates = new LRUCache<Id, Rate>({ maxSize: ratesMax, sizeCalculation: () => 1 });

  constructor(context: FeedContext) {
    this.#context = context;
  }

  async published(authorId: Id): Promise<void> {
    const { timelines, clock, policy, costs, graph, inboxReads } = this.#context;
    const nowMs = clock.nowMs();
    const rate = this.#rates.get(authorId) ?? noRate(nowMs);
    this.#rates.set(authorId, rate);
    addToRate(rate, nowMs);
    const [popular, delivered] = await Promise.all([
      timelines.popularAmong([authorId]),
      timelines.audienceSize(authorId),
    ]);
    const isPopular = popular.size > 0;
    const { inboxes } = timelines.size();
    const audience = isPopular ? Math.min(inboxes, (await graph.counts(authorId)).followers) : delivered;
    const load = {
      isPopular,
      postsPerMs: rateAt(rate, nowMs),
      audience,
      readsPerMs: rateAt(inboxReads, nowMs) / Math.max(1, inboxes),
    };
    const becomes = policy.isPopular(load, costs);
    if (becomes !== isPopular) await timelines.setPopular(authorId, becomes);
    if (becomes && delivered > 0) await this.#retire(authorId);
  }

  /**
   * Every inbox stops counting the author as covered, and leaves the audience after that; it is pulled from then
   * on. Once popular no more, the author stays pulled for these inboxes until they are fitted again.
   */
  async #retire(authorId: Id): Promise<void> {
    const { timelines } = this.#context;
    let cursor: string | undefined;
    do {
      const page = await timelines.audience(authorId, { cursor, limit: audiencePageMax });
      await timelines.retire(page.readers, authorId);
      cursor = page.next;
    } while (cursor !== undefined);
  }

  clear(): void {
    this.#rates.clear();
  }
}
