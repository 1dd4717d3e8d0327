import type { Id } from '../../lib/ids.ts';
import { type Key, listLimitMax, type Records, type Row, type Table } from '../../ports/records/records.ts';
import type { ViewerGraph } from './index.ts';
import { blockedBy, blocks, type FollowRow, follows, mutes } from './tables.ts';

/** One person's relations, as cached: never changed in place. */
export interface Relations extends ViewerGraph {
  requested: ReadonlySet<Id>;
  blocking: ReadonlySet<Id>;
  blockedBy: ReadonlySet<Id>;
}

/** What stands between a person and one other. */
export interface Pair {
  otherId: Id;
  follow: FollowRow['state'] | undefined;
  blocking: boolean;
  blockedBy: boolean;
  muting: boolean;
}

export async function readRelations(records: Records, userId: Id): Promise<Relations> {
  const [followRows, blocking, blockers, muted] = await Promise.all([
    readAll(records, follows, [userId]),
    readAll(records, blocks, [userId]),
    readAll(records, blockedBy, [userId]),
    readAll(records, mutes, [userId]),
  ]);
  const idsIn = (state: FollowRow['state']) =>
    new Set(followRows.filter(({ value }) => value.state === state).map(({ key }) => key[1]!));
  const ids = (rows: Row<object>[]) => new Set(rows.map(({ key }) => key[1]!));
  return compose({
    userId,
    following: idsIn('following'),
    requested: idsIn('requested'),
    blocking: ids(blocking),
    blockedBy: ids(blockers),
    muted: ids(muted),
  });
}

/** A whole partition, by pages. These are bounded by what people may follow, block and mute; how many block one is not. */
async function readAll<V extends object>(records: Records, table: Table<V>, prefix: Key): Promise<Row<V>[]> {
  const all: Row<V>[] = [];
  for (let after: string | undefined; ; ) {
    const rows: Row<V>[] = await records.list(table, prefix, { after, limit: listLimitMax });
    for (const row of rows) all.push(row);
    if (rows.length < listLimitMax) return all;
    after = rows.at(-1)!.key[prefix.length]!;
  }
}

const pairsPerRead = 1000;

/** The truth about each pair, from the rows themselves. */
export async function readPairs(records: Records, userId: Id, otherIds: readonly Id[]): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let from = 0; from < otherIds.length; from += pairsPerRead) {
    const some = otherIds.slice(from, from + pairsPerRead);
    const outward = some.map((id) => [userId, id]);
    const [followed, blocking, blocked, muted] = await Promise.all([
      records.getMany(follows, outward),
      records.getMany(blocks, outward),
      records.getMany(
        blocks,
        some.map((id) => [id, userId]),
      ),
      records.getMany(mutes, outward),
    ]);
    for (const [i, otherId] of some.entries()) {
      pairs.push({
        otherId,
        follow: followed[i]?.value.state,
        blocking: blocking[i] !== undefined,
        blockedBy: blocked[i] !== undefined,
        muting: muted[i] !== undefined,
      });
    }
  }
  return pairs;
}

/** The relations with these pairs as they are now: the very same object where nothing differs. O(size) of the sets that do. */
export function applyPairs(relations: Relations, pairs: readonly Pair[]): Relations {
  const { userId } = relations;
  const following = withPairs(relations.following, pairs, ({ follow }) => follow === 'following');
  const requested = withPairs(relations.requested, pairs, ({ follow }) => follow === 'requested');
  const blocking = withPairs(relations.blocking, pairs, (pair) => pair.blocking);
  const blockers = withPairs(relations.blockedBy, pairs, (pair) => pair.blockedBy);
  const muted = withPairs(relations.muted, pairs, (pair) => pair.muting);
  const isSame =
    following === relations.following &&
    requested === relations.requested &&
    blocking === relations.blocking &&
    blockers === relations.blockedBy &&
    muted === relations.muted;
  return isSame ? relations : compose({ userId, following, requested, blocking, blockedBy: blockers, muted });
}

function withPairs(
  set: ReadonlySet<Id>,
  pairs: readonly Pair[],
  belongs: (pair: Pair) => boolean,
): ReadonlySet<Id> {
  let copy: Set<Id> | undefined;
  for (const pair of pairs) {
    const is = belongs(pair);
    if (is === (copy ?? set).has(pair.otherId)) continue;
    copy ??= new Set(set);
    if (is) copy.add(pair.otherId);
    else copy.delete(pair.otherId);
  }
  return copy ?? set;
}

function compose(parts: Omit<Relations, 'blocked'>): Relations {
  const { blocking, blockedBy: blockers } = parts;
  const blocked = blockers.size === 0 ? blocking : blocking.size === 0 ? blockers : blocking.union(blockers);
  return { ...parts, blocked };
}
