import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import type { Graph } from '../graph/index.ts';
import type { NotificationView } from '../notifications/index.ts';
import type { Posts } from '../posts/index.ts';
import type { Audience } from './audience.ts';
import { frame, type OpenStream } from './open-stream.ts';

/** What events that only tell a state need; they stand for no place in the log and may be merged. */
export interface SubjectEventDeps {
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'cardsById' | 'visible' | 'counts'>;
  /** The newest notification as its reader may see it, and the unread count. */
  newestNotification: (userId: Id) => Promise<{ unread: number; newest: NotificationView | null }>;
  /** A notification as the interface shows it. */
  notificationJson: (view: NotificationView) => object;
}

const atOnceMax = 32;

/** Tells these people how many notifications are unread, and the newest. */
export function sendUnread(
  { newestNotification, notificationJson }: SubjectEventDeps,
  audience: Audience,
  userIds: readonly Id[],
): Promise<void> {
  return eachLimited(userIds, atOnceMax, async (userId) => {
    if (!audience.listener(userId)) return;
    const { unread, newest } = await newestNotification(userId);
    const text = frame(
      'notification',
      JSON.stringify({ unread, notification: newest && notificationJson(newest) }),
    );
    for (const stream of audience.listener(userId)?.streams ?? []) stream.send(text);
  });
}

/** Tells the streams that were shown these posts, or only one of them, the counts as they are now. */
export async function sendCounts(
  { posts, graph }: SubjectEventDeps,
  audience: Audience,
  postIds: readonly Id[],
  only?: OpenStream,
): Promise<void> {
  if (postIds.length === 0) return;
  const [cards, counts] = await Promise.all([posts.cardsById(postIds), posts.counts(postIds)]);
  for (const [i, card] of cards.entries()) {
    if (!card) continue;
    const text = frame('counts', JSON.stringify({ postId: card.id, counts: counts[i] }));
    const streams = only ? [only] : [...(audience.watching(card.id) ?? [])];
    await eachLimited(streams, atOnceMax, async (stream) => {
      const [visible] = await posts.visible(await graph.viewer(stream.userId), [card]);
      if (visible) stream.send(text);
    });
  }
}
