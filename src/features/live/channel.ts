import type { Id } from '../../lib/ids.ts';
import type { PubSub } from '../../ports/pubsub/pubsub.ts';

/** Said to all of one person's open streams, in whatever process they are; lost where none is open. */
export type LiveMessage =
  | { type: 'event'; event: string; data: object }
  /** The page of that stream shows these posts now. */
  | { type: 'watch'; streamId: string; postIds: readonly Id[] }
  /** Some credential of this person has ended: streams check their own. */
  | { type: 'check' };

export const channelOf = (userId: Id): string => `live:${userId}`;

/** Costs next to nothing where the person has no stream open. */
export function announce(pubsub: PubSub, userId: Id, message: LiveMessage): void {
  pubsub.publish(channelOf(userId), JSON.stringify(message));
}

export function parseMessage(text: string): LiveMessage | undefined {
  try {
    return JSON.parse(text) as LiveMessage;
  } catch {
    return undefined;
  }
}
