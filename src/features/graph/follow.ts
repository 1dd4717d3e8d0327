import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { forbidden, invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { claimWrites, findReplay, replayedResult } from '../idempotency/index.ts';
import { attemptsMax, busy, type GraphContext } from './context.ts';
import { accepting, beginning, type Ends, ending } from './follow-writes.ts';
import { followsMax } from './index.ts';
import { type FollowRow, follows } from './tables.ts';

export interface FollowInput {
  /** An id or `@username`. */
  followeeId: string;
  /** If given, the caller. */
  followerId?: string | undefined;
  /** The client's own word on when. */
  clientTime?: string | null | undefined;
}

export interface FollowResult {
  state: FollowRow['state'];
  /** False where it stood already. */
  created: boolean;
}

/** Follows somebody, or asks to where the account is private. */
export async function follow(
  context: GraphContext,
  principal: Principal,
  { followeeId: reference, followerId, clientTime = null }: FollowInput,
  claim?: IdempotencyClaim,
): Promise<FollowResult> {
  const { records, accounts, clock } = context;
  requireSelf(principal, followerId);
  const replayed = await findReplay(records, claim);
  if (replayed)
    return { state: (await stateOf(context, principal.userId, replayed)) ?? 'following', created: true };
  const ends = await requireFollowee(context, principal, reference);
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const followee = await accounts.get(ends.followeeId);
    if (followee?.state !== 'active') throw notFound();
    const row = await records.get(follows, [ends.followerId, ends.followeeId]);
    const state = followee.isPrivate ? 'requested' : 'following';
    if (row && (row.value.state === 'following' || state === 'requested')) {
      return { state: row.value.state, created: false };
    }
    const commit = row ? accepting(context, ends, row) : beginning(context, ends, { state, clientTime });
    const claims = claimWrites(claim, ends.followeeId, clock.nowMs());
    const result = await records.commit({ ...commit, claims });
    if (replayedResult(result, claim)) return { state, created: true };
    if (result.ok) {
      await context.viewers.refresh(ends.followerId, [ends.followeeId]);
      return { state, created: true };
    }
  }
  throw busy();
}

function requireSelf({ userId }: Principal, actorId: string | undefined): void {
  if (actorId !== undefined && actorId !== userId) throw forbidden('You can follow for yourself only.');
}

async function requireFollowee(
  { accounts, viewers }: GraphContext,
  { userId }: Principal,
  reference: string,
): Promise<Ends> {
  const followee = await accounts.resolve(reference);
  if (!followee) throw notFound();
  if (followee.id === userId) throw invalid('followeeId', 'You cannot follow yourself.');
  const { following, requested, blocked } = await viewers.get(userId);
  if (blocked.has(followee.id)) throw notFound();
  const isNew = !following.has(followee.id) && !requested.has(followee.id);
  if (isNew && following.size + requested.size >= followsMax) {
    throw new Refusal('conflict', `You follow ${followsMax} people, which is as many as can be followed.`, {
      reason: 'people-max',
    });
  }
  return { followerId: userId, followeeId: followee.id };
}

async function stateOf({ records }: GraphContext, followerId: Id, followeeId: Id) {
  return (await records.get(follows, [followerId, followeeId]))?.value.state;
}

/** Ends a follow or takes a request back. Nothing happens where there is none. */
export async function unfollow(
  context: GraphContext,
  principal: Principal,
  reference: string,
  { clientTime = null }: { clientTime?: string | null | undefined } = {},
): Promise<void> {
  const followeeId = reference.startsWith('@') ? (await context.accounts.resolve(reference))?.id : reference;
  if (followeeId === undefined) return;
  await endFollow(context, { followerId: principal.userId, followeeId }, clientTime);
}

/** Sends a follower of one's own away. */
export async function removeFollower(
  context: GraphContext,
  principal: Principal,
  followerId: Id,
): Promise<void> {
  await endFollow(context, { followerId, followeeId: principal.userId });
}

/** Makes sure that no follow or request stands between these two, in this direction. */
export async function endFollow(
  context: GraphContext,
  ends: Ends,
  clientTime: string | null = null,
): Promise<void> {
  const { records, viewers } = context;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(follows, [ends.followerId, ends.followeeId]);
    if (!row) return;
    const result = await records.commit(ending(context, ends, row, clientTime));
    if (result.ok) return viewers.refresh(ends.followerId, [ends.followeeId]);
  }
  throw busy();
}
