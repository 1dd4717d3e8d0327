import type { Id } from '../../lib/ids.ts';
import { onBehalfOf, type Principal } from '../../lib/principal.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import {
  listNotifications,
  type NotificationPage,
  type NotificationView,
  readState,
} from './list-notifications.ts';
import { markRead } from './mark-read.ts';
import { eraseList, type NotifierDeps, subscribeNotifier } from './notifier.ts';

export type { NotificationPage, NotificationView } from './list-notifications.ts';
export type { NotificationKind } from './notification.ts';
export type { NotifierDeps as NotificationDeps } from './notifier.ts';
export type { CommentFacts, FollowFacts, NotificationSources, SharedFile } from './sources.ts';
export { notificationTables } from './tables.ts';

/**
 * What happened to each person. Derived from the truth by a consumer of the log (role `notifier`); a change of
 * somebody's list leaves the hint `notification.changed` {userId}, with that person's id as key.
 */
export interface Notifications {
  list(principal: Principal, page: { limit: number; cursor?: string | undefined }): Promise<NotificationPage>;
  /** Throws `invalid` for what is no id. */
  markRead(principal: Principal, upTo: { upTo: string }): Promise<void>;
  /** Exact as far as the consumer has come; O(1). */
  unread(readerId: Id): Promise<number>;
  /** The newest one as its reader may see it, and the unread count. */
  newest(readerId: Id): Promise<{ unread: number; newest: NotificationView | null }>;
  /**
   * Erases a person's own list, so many rows a call at most; true when none is left. What they did leaves others'
   * lists by the hints of its removal.
   */
  eraseOf(userId: Id): Promise<boolean>;
  /** Starts the consumer, group `notifier`. */
  consume(log: EventLog): Promise<Subscription>;
}

export function createNotifications(deps: NotifierDeps): Notifications {
  return {
    list: (principal, page) => listNotifications(deps, principal, page),
    markRead: (principal, upTo) => markRead(deps, principal, upTo),
    unread: async (readerId) => (await readState(deps, readerId)).unread,
    newest: async (readerId) => {
      const { items, unread } = await listNotifications(deps, onBehalfOf(readerId), { limit: 1 });
      return { unread, newest: items[0] ?? null };
    },
    eraseOf: (userId) => eraseList(deps.records, userId),
    consume: (log) => subscribeNotifier(log, deps),
  };
}
