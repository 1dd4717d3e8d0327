export { createPush, type Push, type PushDeps } from './push.ts';
export type { PushSubscription } from './subscribe.ts';

/** Hint `push.changed` {userId}, with the user's id as key: their subscriptions, or what they were pushed. */
export type PushHintKind = 'push.changed';
