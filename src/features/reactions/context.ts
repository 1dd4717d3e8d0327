import type { Id, IdSource } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog, Hint } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Posts } from '../posts/index.ts';
import type { OwnReactions } from './own-reactions.ts';

export interface ReactionsDeps {
  records: Records;
  log: EventLog;
  clock: Clock;
  ids: IdSource;
  accounts: Pick<AccountDirectory, 'getMany'>;
  graph: Pick<Graph, 'viewer'>;
  posts: Pick<Posts, 'requireVisibleCard' | 'counts' | 'forgetCounts'>;
  /** Told of every post on which somebody's own reaction may read differently now. */
  changes?: RecentChanges | undefined;
}

/** What the operations of this feature share. */
export interface ReactionsContext extends ReactionsDeps {
  ownReactions: OwnReactions;
}

export const commitAttemptsMax = 8;

export function reactionHints(postId: Id, userId: Id, authorId: Id): Hint[] {
  return [
    { kind: 'reaction.changed', key: authorId, data: { postId, userId, authorId } },
    { kind: 'counts.changed', key: authorId, data: { postId, authorId } },
  ];
}

/** Makes this process see one's own change at once; others learn of it by the hints. */
export function seeAtOnce({ posts, ownReactions }: ReactionsContext, postId: Id, userId: Id): void {
  posts.forgetCounts(postId);
  ownReactions.forget(userId, postId);
}
