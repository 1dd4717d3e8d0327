import type { Id, IdSource } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog, Hint } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Account, AccountDirectory } from '../accounts/index.ts';
import type { ViewerCache } from './viewer-cache.ts';

export interface GraphDeps {
  records: Records;
  log: EventLog;
  clock: Clock;
  ids: IdSource;
  accounts: AccountDirectory;
  /** The account as it is written, past every cache: consumers may be ahead of this process's cache. */
  readAccount: (id: Id) => Promise<Account | undefined>;
  /** Follows, blocks and mutes held in this process, all people together. */
  viewerEntriesMax?: number;
}

/** What the operations of this feature share. */
export interface GraphContext extends GraphDeps {
  viewers: ViewerCache;
}

/** How often a change lost to another is planned anew. */
export const attemptsMax = 8;

export const busy = () =>
  new Refusal('unavailable', 'This is being changed from elsewhere. Please try again.', {
    retryAfterSeconds: 1,
  });

/** `followKey` is the place in the lists that came or went, by which mirrors are repaired. */
export const followHint = (followerId: Id, followeeId: Id, followKey: Id): Hint => ({
  kind: 'follow.changed',
  key: followerId,
  data: { followerId, followeeId, followKey },
});
export const blockHint = (blockerId: Id, blockedId: Id): Hint => ({
  kind: 'block.changed',
  key: blockerId,
  data: { blockerId, blockedId },
});
export const muteHint = (muterId: Id, mutedId: Id): Hint => ({
  kind: 'mute.changed',
  key: muterId,
  data: { muterId, mutedId },
});
