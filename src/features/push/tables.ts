import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';

export interface SubscriptionRow {
  endpoint: string;
  p256dh: string;
  auth: string;
  /** The session it was made in: it counts as long as that does. */
  credentialId: string;
  device: string;
  createdAtMs: number;
}

/** By a digest of the endpoint, so that one browser has one row. */
export const pushSubscriptions = defineTable<SubscriptionRow>('push_subscriptions', {
  partition: ['user_id'],
  clustering: ['id'],
});

/** Whose an endpoint is now: of a browser that several people have used, the last one's. */
export const pushEndpoints = defineTable<{ userId: Id }>('push_endpoints', {
  partition: ['id'],
  kind: 'plain',
});

export interface PushState {
  /** The newest notification that was looked at. */
  pushedUpTo: Id | '';
  /** What was pushed lately, by its subject, so that a group that grows is not pushed again at once. */
  recent: { tag: string; atMs: number }[];
}

export const pushStates = defineTable<PushState>('push_states', { partition: ['user_id'] });
