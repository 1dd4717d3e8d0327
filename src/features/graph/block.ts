import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { type Commit, write } from '../../ports/records/records.ts';
import { attemptsMax, blockHint, busy, type GraphContext } from './context.ts';
import { endFollow } from './follow.ts';
import { ending } from './follow-writes.ts';
import { blockedBy, blocks, follows } from './tables.ts';

export const blocksMax = 10_000;

/**
 * Hides two people from each other and ends what they follow of each other. One's own follow ends in the very
 * commit; the other's right after, and by the repair if this process dies in between. People who block the
 * caller can be blocked in turn.
 */
export async function block(context: GraphContext, principal: Principal, reference: string): Promise<void> {
  const { userId } = principal;
  const blockedId = await requirePerson(context, reference);
  if (blockedId === userId) throw invalid('id', 'You cannot block yourself.');
  await writeBlock(context, userId, blockedId);
  await endFollow(context, { followerId: blockedId, followeeId: userId });
  await refreshBoth(context, userId, blockedId);
}

async function requirePerson({ accounts }: GraphContext, reference: string): Promise<Id> {
  const account = reference.startsWith('@')
    ? await accounts.resolve(reference)
    : await accounts.get(reference);
  if (!account || account.state === 'deleted') throw notFound();
  return account.id;
}

async function writeBlock(context: GraphContext, userId: Id, blockedId: Id): Promise<void> {
  const { records, clock, viewers } = context;
  const row = { atMs: clock.nowMs() };
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const [standing, followed] = await Promise.all([
      records.get(blocks, [userId, blockedId]),
      records.get(follows, [userId, blockedId]),
    ]);
    if (standing && !followed) return;
    if (!standing && (await viewers.get(userId)).blocking.size >= blocksMax) {
      throw new Refusal('conflict', `You block ${blocksMax} people, which is as many as can be blocked.`, {
        reason: 'people-max',
      });
    }
    const own: Commit = followed
      ? ending(context, { followerId: userId, followeeId: blockedId }, followed)
      : { decide: [], hints: [] };
    const then = [...(own.then ?? []), write.put(blockedBy, [blockedId, userId], row)];
    const result = await records.commit({
      decide: [...(standing ? [] : [write.insert(blocks, [userId, blockedId], row)]), ...own.decide],
      then,
      hints: [blockHint(userId, blockedId), ...own.hints],
    });
    if (result.ok) return;
  }
  throw busy();
}

/** Follows that a block ended do not come back. */
export async function unblock(
  context: GraphContext,
  { userId }: Principal,
  reference: string,
): Promise<void> {
  const { records, accounts } = context;
  const blockedId = reference.startsWith('@') ? (await accounts.resolve(reference))?.id : reference;
  if (blockedId === undefined) return;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const row = await records.get(blocks, [userId, blockedId]);
    if (!row) return;
    const then = [write.remove(blockedBy, [blockedId, userId])];
    const result = await records.commit({
      decide: [write.remove(blocks, [userId, blockedId], row.version)],
      then,
      hints: [blockHint(userId, blockedId)],
    });
    if (result.ok) return refreshBoth(context, userId, blockedId);
  }
  throw busy();
}

async function refreshBoth({ viewers }: GraphContext, a: Id, b: Id): Promise<void> {
  await Promise.all([viewers.refresh(a, [b]), viewers.refresh(b, [a])]);
}
