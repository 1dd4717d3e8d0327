import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import { attemptsMax, busy, type GraphContext } from './context.ts';
import { accepting, type Ends, ending } from './follow-writes.ts';
import { follows } from './tables.ts';

/** Lets somebody follow the caller. Once accepted, accepting again does nothing. */
export async function acceptRequest(
  context: GraphContext,
  { userId }: Principal,
  followerId: Id,
): Promise<void> {
  const found = await acceptFollow(context, { followerId, followeeId: userId });
  if (!found) throw notFound('This request is not there any more.');
}

/** Answers false where there is neither a request nor a follow. */
export async function acceptFollow(context: GraphContext, ends: Ends): Promise<boolean> {
  const { records, viewers } = context;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(follows, [ends.followerId, ends.followeeId]);
    if (!row) return false;
    if (row.value.state === 'following') return true;
    const result = await records.commit(accepting(context, ends, row));
    if (result.ok) {
      await viewers.refresh(ends.followerId, [ends.followeeId]);
      return true;
    }
  }
  throw busy();
}

/** Turns a request down. A follow that was accepted before stands: that is ended by removing the follower. */
export async function rejectRequest(
  context: GraphContext,
  { userId }: Principal,
  followerId: Id,
): Promise<void> {
  const { records, viewers } = context;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(follows, [followerId, userId]);
    if (row?.value.state !== 'requested') return;
    const ends: Ends = { followerId, followeeId: userId };
    const result = await records.commit(ending(context, ends, row));
    if (result.ok) return viewers.refresh(followerId, [userId]);
  }
  throw busy();
}
