import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import type { PushSender } from '../../ports/push/push.ts';
import type { Records } from '../../ports/records/records.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Notifications } from '../notifications/index.ts';
import { createDelivery } from './deliver.ts';
import { pushNews } from './push-news.ts';
import {
  eraseSubscriptions,
  listSubscriptions,
  type NewSubscription,
  type PushSubscription,
  subscribe,
  unsubscribe,
} from './subscribe.ts';

export interface PushDeps {
  records: Records;
  clock: Clock;
  sender: PushSender;
  accounts: Pick<AccountDirectory, 'get'>;
  /** The credentials of a person's sessions that still count. */
  sessionsOf(userId: Id): Promise<ReadonlySet<string>>;
  notifications: Pick<Notifications, 'list'>;
  /** Told of failures that no caller sees. */
  report: (error: unknown, doing: string) => void;
  /** For tests. */
  wait?: (ms: number) => Promise<void>;
}

/** Notifications brought to people's devices by the push services of their browsers. */
export interface Push {
  /** What a browser wants to know to subscribe. */
  publicKey: string;
  subscribe(
    principal: Principal,
    input: NewSubscription,
  ): Promise<{ subscription: PushSubscription; isNew: boolean }>;
  list(principal: Principal): Promise<PushSubscription[]>;
  unsubscribe(principal: Principal, id: string): Promise<void>;
  /** Erases everything of a person, in one call; true when nothing is left. */
  eraseOf(userId: Id): Promise<boolean>;
  /** Starts the consumer, group `push`. */
  consume(log: EventLog): Promise<Subscription>;
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>;
}

export function createPush(deps: PushDeps): Push {
  const delivery = createDelivery(deps);
  return {
    publicKey: deps.sender.publicKey,
    subscribe: (principal, input) => subscribe(deps, principal, input),
    list: (principal) => listSubscriptions(deps, principal),
    unsubscribe: (principal, id) => unsubscribe(deps, principal.userId, id),
    eraseOf: (userId) => eraseSubscriptions(deps, userId),
    async consume(log) {
      const subscription = await log.subscribe({
        group: 'push',
        start: 'stored',
        kinds: ['notification.changed'],
        handle: (entries) =>
          pushNews(deps, delivery, new Set(entries.map(({ data }) => String(data['userId'])))),
      });
      return {
        lag: () => subscription.lag(),
        caughtUp: (position) => subscription.caughtUp(position),
        async close() {
          await subscription.close();
          await delivery.stop();
        },
      };
    },
    idle: delivery.idle,
  };
}
