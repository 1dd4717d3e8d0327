import type { EventLog, Subscription } from '../../ports/log/log.ts';
import type { CountReader } from './count-reader.ts';
import type { CardReader } from './read-cards.ts';

/** Forgets what other processes changed. A new post needs nothing: a post that is not there is never remembered. */
export function keepCachesTrue({
  log,
  cardReader,
  countReader,
}: {
  log: EventLog;
  cardReader: CardReader;
  countReader: CountReader;
}): Promise<Subscription> {
  return log.subscribe({
    group: 'posts-cache',
    start: 'now',
    kinds: ['post.changed', 'post.purged', 'counts.changed', 'reaction.changed', 'comment.changed'],
    async handle(entries) {
      for (const { kind, data } of entries) {
        const postId = String(data['postId']);
        if (kind === 'post.changed') {
          const feedKey = data['feedKey'] === null ? null : String(data['feedKey']);
          if (data['what'] !== 'published' || feedKey !== postId) cardReader.forget(postId, feedKey);
        } else {
          countReader.forget(postId);
        }
      }
    },
  });
}
