import { type Id, isId } from '../../lib/ids.ts';
import type { EventLog, LogEntry, Subscription } from '../../ports/log/log.ts';
import { type Records, type Row, type Table, type Write, write } from '../../ports/records/records.ts';
import { acceptFollow } from './answer-request.ts';
import type { GraphContext } from './context.ts';
import { erasePerson } from './erase-person.ts';
import { endFollow } from './follow.ts';
import { type Ends, mirrorRemovals, mirrorWrites } from './follow-writes.ts';
import {
  blockedBy,
  blocks,
  type FollowRow,
  followersByTime,
  followingByTime,
  follows,
  requestsByTime,
} from './tables.ts';

const pageMax = 200;
/** Changes made at a time on behalf of one account. */
const concurrencyMax = 16;

/**
 * Makes the graph agree with itself, from the truth: mirrors show what `follows` and `blocks` say, nobody
 * follows across a block or to or from an erased account, and a public account has no requests waiting.
 * Repeating it changes nothing.
 */
export function repairFollows(context: GraphContext, log: EventLog): Promise<Subscription> {
  return log.subscribe({
    group: 'graph-repair',
    start: 'stored',
    kinds: ['follow.changed', 'block.changed', 'account.changed'],
    async handle(entries) {
      for (const entry of entries) await repair(context, entry);
    },
  });
}

async function repair(context: GraphContext, { kind, data }: LogEntry): Promise<void> {
  if (kind === 'follow.changed') {
    const ends = { followerId: String(data['followerId']), followeeId: String(data['followeeId']) };
    await repairFollow(context, ends, data['followKey']);
  } else if (kind === 'block.changed') {
    await repairBlock(context, String(data['blockerId']), String(data['blockedId']));
  } else if (data['what'] === 'privacy' || data['what'] === 'state') {
    await repairAccount(context, String(data['userId']));
  }
}

async function repairFollow(context: GraphContext, ends: Ends, followKey: unknown): Promise<void> {
  const { records, readAccount } = context;
  const { followerId, followeeId } = ends;
  const [row, out, back] = await Promise.all([
    records.get(follows, [followerId, followeeId]),
    records.get(blocks, [followerId, followeeId]),
    records.get(blocks, [followeeId, followerId]),
  ]);
  if (row) {
    const [follower, followee] = await Promise.all([readAccount(followerId), readAccount(followeeId)]);
    const isGone = (state: string | undefined) => state === undefined || state === 'deleted';
    if (out || back || isGone(follower?.state) || isGone(followee?.state)) return endFollow(context, ends);
    if (row.value.state === 'requested' && followee?.isPrivate === false) {
      await acceptFollow(context, ends);
      return;
    }
  }
  await repairMirrors(context, ends, row?.value, isId(followKey) ? followKey : undefined);
}

async function repairMirrors(
  { records }: GraphContext,
  ends: Ends,
  row: FollowRow | undefined,
  followKey: Id | undefined,
): Promise<void> {
  const writes: Write[] = [];
  if (row && !(await isMirrored(records, ends, row))) writes.push(...mirrorWrites(ends, row));
  if (followKey !== undefined) {
    for (const state of ['following', 'requested'] as const) {
      const isCurrent = row?.key === followKey && row.state === state;
      if (!isCurrent && (await isMirroredAnywhere(records, ends, state, followKey))) {
        writes.push(...mirrorRemovals(ends, state, followKey));
      }
    }
  }
  await writeRepair(records, ends.followerId, writes);
}

async function isMirrored(records: Records, ends: Ends, { state, key }: FollowRow): Promise<boolean> {
  const found = await mirrorRows(records, ends, state, key);
  return found.every((row) => row !== undefined);
}

async function isMirroredAnywhere(records: Records, ends: Ends, state: FollowRow['state'], key: Id) {
  const found = await mirrorRows(records, ends, state, key);
  return found.some((row) => row !== undefined);
}

function mirrorRows(
  records: Records,
  { followerId, followeeId }: Ends,
  state: FollowRow['state'],
  key: Id,
): Promise<(Row<object> | undefined)[]> {
  if (state === 'requested') return Promise.all([records.get(requestsByTime, [followeeId, key])]);
  return Promise.all([
    records.get(followersByTime, [followeeId, key]),
    records.get(followingByTime, [followerId, key]),
  ]);
}

/** Its hint is heard by nobody here: a repair must not call for another. */
async function writeRepair(records: Records, key: Id, then: Write[]): Promise<void> {
  if (then.length === 0) return;
  await records.commit({ decide: [], then, hints: [{ kind: 'graph.repaired', key, data: {} }] });
}

async function repairBlock(context: GraphContext, blockerId: Id, blockedId: Id): Promise<void> {
  const { records } = context;
  const [truth, mirror] = await Promise.all([
    records.get(blocks, [blockerId, blockedId]),
    records.get(blockedBy, [blockedId, blockerId]),
  ]);
  if (truth) {
    await endFollow(context, { followerId: blockerId, followeeId: blockedId });
    await endFollow(context, { followerId: blockedId, followeeId: blockerId });
  }
  if ((truth === undefined) === (mirror === undefined)) return;
  const key = [blockedId, blockerId];
  await writeRepair(records, blockerId, [
    truth ? write.put(blockedBy, key, truth.value) : write.remove(blockedBy, key),
  ]);
}

async function repairAccount(context: GraphContext, userId: Id): Promise<void> {
  const account = await context.readAccount(userId);
  if (!account || account.state === 'deleted') {
    // Each call takes rows away and nobody adds any: it ends.
    while (!(await erasePerson(context, userId)));
    return;
  }
  if (account.isPrivate) return;
  await eachRow(context, requestsByTime, userId, ({ value: { followerId }, key }) =>
    repairFollow(context, { followerId, followeeId: userId }, key[1]),
  );
}

/** Goes through one partition once, oldest first, a few rows at a time. */
async function eachRow<V extends object>(
  { records }: GraphContext,
  table: Table<V>,
  partition: Id,
  work: (row: Row<V>) => Promise<void>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const rows: Row<V>[] = await records.list(table, [partition], { after, limit: pageMax });
    for (let i = 0; i < rows.length; i += concurrencyMax) {
      await Promise.all(rows.slice(i, i + concurrencyMax).map(work));
    }
    if (rows.length < pageMax) return;
    after = rows.at(-1)!.key[1]!;
  }
}
