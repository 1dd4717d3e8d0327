import { LRUCache } from 'lru-cache';
import type { Id } from '../../lib/ids.ts';
import { isId } from '../../lib/ids.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';

/** Authors who posted lately; one who is put out finds their post a moment later, when it was delivered. */
const authorsMax = 10_000;

/**
 * Who has posted and not yet looked since, as far as this process knows: where another process delivers, their own
 * page looks at the truth once.
 */
export class OwnRecent {
  readonly #authors = new LRUCache<Id, true>({ maxSize: authorsMax, sizeCalculation: () => 1 });

  follow(log: EventLog): Promise<Subscription> {
    return log.subscribe({
      group: 'feed-own',
      start: 'now',
      kinds: ['post.changed'],
      handle: async (entries) => {
        for (const { data } of entries) if (isId(data['authorId'])) this.#authors.set(data['authorId'], true);
      },
    });
  }
  has(authorId: Id): boolean {
    return this.#authors.has(authorId);
  }
  forget(authorId: Id): void {
    this.#authors.delete(authorId);
  }
}
