import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import type { Row, Table } from '../../ports/records/records.ts';
import { write } from '../../ports/records/records.ts';
import { blockHint, type GraphContext, muteHint } from './context.ts';
import { endFollow } from './follow.ts';
import { mirrorRemovals } from './follow-writes.ts';
import {
  blockedBy,
  blocks,
  type FollowRow,
  followCounts,
  followersByTime,
  followHistory,
  follows,
  mutes,
  requestsByTime,
} from './tables.ts';

const rowsMax = 50;
/** Changes made at a time on behalf of one account. */
const atOnceMax = 16;

/**
 * Takes away a bounded part of what ties an erased person to others: follows and requests both ways with their
 * counts, blocks both ways, mutes, and last the history; true when none is left. That somebody else mutes the
 * person stays, since nothing leads from the muted to the muter.
 */
export async function erasePerson(context: GraphContext, userId: Id): Promise<boolean> {
  const { records } = context;
  const each = async <V extends object>(table: Table<V>, work: (row: Row<V>) => Promise<void>) => {
    const rows = await records.list(table, [userId], { limit: rowsMax });
    await eachLimited(rows, atOnceMax, work);
    return rows.length < rowsMax;
  };
  return (
    (await each(follows, ({ key }) => endFollow(context, { followerId: userId, followeeId: key[1]! }))) &&
    (await each(followersByTime, ({ key, value }) =>
      endBeing(context, userId, value.followerId, 'following', key[1]!),
    )) &&
    (await each(requestsByTime, ({ key, value }) =>
      endBeing(context, userId, value.followerId, 'requested', key[1]!),
    )) &&
    (await each(blocks, ({ key }) => endBlock(context, userId, key[1]!))) &&
    (await each(blockedBy, ({ key }) => endBlock(context, key[1]!, userId))) &&
    (await each(mutes, async ({ key, version }) => {
      await records.commit({
        decide: [write.remove(mutes, key, version)],
        hints: [muteHint(userId, key[1]!)],
      });
    })) &&
    (await eraseHistory(context, userId))
  );
}

/** Ends what somebody else's follow or request was, and takes the place away by which it was found. */
async function endBeing(
  context: GraphContext,
  followeeId: Id,
  followerId: Id,
  state: FollowRow['state'],
  key: Id,
): Promise<void> {
  const { records } = context;
  const ends = { followerId, followeeId };
  await endFollow(context, ends);
  const place = state === 'requested' ? requestsByTime : followersByTime;
  if (!(await records.get(place, [followeeId, key]))) return;
  const then = mirrorRemovals(ends, state, key);
  await records.commit({ decide: [], then, hints: [{ kind: 'graph.repaired', key: followerId, data: {} }] });
}

async function endBlock(context: GraphContext, blockerId: Id, blockedId: Id): Promise<void> {
  const { records, viewers } = context;
  const row = await records.get(blocks, [blockerId, blockedId]);
  await records.commit({
    decide: row ? [write.remove(blocks, row.key, row.version)] : [],
    then: [write.remove(blockedBy, [blockedId, blockerId])],
    hints: [blockHint(blockerId, blockedId)],
  });
  await Promise.all([viewers.refresh(blockerId, [blockedId]), viewers.refresh(blockedId, [blockerId])]);
}

async function eraseHistory({ records }: GraphContext, userId: Id): Promise<boolean> {
  const rows = await records.list(followHistory, [userId], { limit: rowsMax });
  const counts = await records.get(followCounts, [userId]);
  const hints = [{ kind: 'graph.erased', key: userId, data: { userId } }];
  if (rows.length > 0) {
    await records.commit({ decide: rows.map(({ key }) => write.remove(followHistory, key)), hints });
  }
  if (rows.length === rowsMax) return false;
  if (counts) await records.commit({ decide: [write.remove(followCounts, [userId])], hints });
  return true;
}
