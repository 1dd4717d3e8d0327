import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import type { Subscription } from '../../ports/log/log.ts';
import type { ReactionsOf } from '../posts/index.ts';
import type { ReactionsContext, ReactionsDeps } from './context.ts';
import { listReactions, type ReactionView } from './list-reactions.ts';
import { createOwnReactions } from './own-reactions.ts';
import { type NewReaction, react } from './react.ts';
import { eraseReactionsOf, purgeReactionsOfPost } from './remove-reactions.ts';
import { type Reaction, reactionKey, reactionsByPost } from './tables.ts';
import { takeBack } from './take-back.ts';

/** Each operation's file says what it does and refuses. */
export interface Reactions {
  react(
    principal: Principal,
    input: NewReaction,
    claim?: IdempotencyClaim,
  ): Promise<{ reaction: Reaction; isNew: boolean }>;
  takeBack(principal: Principal, postId: Id): Promise<void>;
  list(
    viewer: Principal | null,
    postId: Id,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ items: ReactionView[]; nextCursor: string | null }>;
  /** The viewer's own reaction on each post; for `createPosts`. */
  of: ReactionsOf;
  /** From the truth; undefined where there is none. */
  reactionOf(postId: Id, userId: Id): Promise<Reaction | undefined>;
  /** For janitors: see remove-reactions.ts. */
  purgeOfPost(postId: Id): Promise<boolean>;
  eraseOf(userId: Id): Promise<boolean>;
  /** Follows the log, so that changes made by other processes are seen. To be awaited before serving. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createReactions(deps: ReactionsDeps): Reactions {
  const ownReactions = createOwnReactions(deps);
  const context: ReactionsContext = { ...deps, ownReactions };
  let subscription: Subscription | undefined;
  return {
    react: (principal, input, claim) => react(context, principal, input, claim),
    takeBack: async ({ userId }, postId) => {
      await takeBack(context, userId, postId);
    },
    list: (viewer, postId, page) => listReactions(context, viewer, postId, page),
    of: ownReactions.of,
    reactionOf: async (postId, userId) =>
      (await deps.records.get(reactionsByPost, reactionKey(postId, userId)))?.value,
    purgeOfPost: (postId) => purgeReactionsOfPost(context, postId),
    eraseOf: (userId) => eraseReactionsOf(context, userId),
    async start() {
      subscription ??= await ownReactions.follow(deps.log);
    },
    async stop() {
      await subscription?.close();
      subscription = undefined;
    },
  };
}
