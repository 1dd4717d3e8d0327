import { epochMs, type Id } from '../../lib/ids.ts';
import { getManyMax, type Records, type Row, type Write, write } from '../../ports/records/records.ts';
import { type Affinity, affinity } from './tables.ts';

/** Numbers count fully for one to two periods, and fade over the next. */
const periodMs = 60 * 86_400_000;
const names = ['views', 'dwellMs', 'reactions', 'comments', 'replies', 'profileVisits'] as const;

const periodOf = (atMs: number): number => Math.max(0, Math.floor((atMs - epochMs) / periodMs));
const periodKey = (period: number): string => String(period).padStart(4, '0');

/**
 * The writes, for `then`, that add to what a person has to do with an author; none with oneself. To take
 * something back, `atMs` is when it was done.
 */
export function affinityWrites(viewerId: Id, authorId: Id, numbers: Affinity, atMs: number): Write[] {
  if (viewerId === authorId) return [];
  return [write.add(affinity, [viewerId, periodKey(periodOf(atMs)), authorId], { ...numbers })];
}

/** The same for words from one person to another: both have been in conversation. */
export function conversationWrites(fromId: Id, toId: Id, delta: 1 | -1, atMs: number): Write[] {
  return [
    ...affinityWrites(fromId, toId, { comments: delta }, atMs),
    ...affinityWrites(toId, fromId, { replies: delta }, atMs),
  ];
}

/** In the order of the authors: this period's numbers, and the last one's by how much of this is still to come. */
export async function readAffinities(
  records: Records,
  viewerId: Id,
  authorIds: readonly Id[],
  nowMs: number,
): Promise<Affinity[]> {
  const period = periodOf(nowMs);
  const fading = 1 - Math.max(0, (nowMs - epochMs) / periodMs - period);
  const keys = authorIds.flatMap((authorId) => [
    [viewerId, periodKey(period), authorId],
    [viewerId, periodKey(Math.max(0, period - 1)), authorId],
  ]);
  const rows: (Row<Affinity> | undefined)[] = [];
  for (let i = 0; i < keys.length; i += getManyMax) {
    rows.push(...(await records.getMany(affinity, keys.slice(i, i + getManyMax))));
  }
  return authorIds.map((_, i) => {
    const [now, before] = [rows[2 * i]?.value, period === 0 ? undefined : rows[2 * i + 1]?.value];
    const sum: Affinity = {};
    for (const name of names) {
      const number = (now?.[name] ?? 0) + fading * (before?.[name] ?? 0);
      if (number > 0) sum[name] = number;
    }
    return sum;
  });
}

const removalsMax = 50;

/** Removes what a person did, so many rows a call at most; true when none is left. */
export async function removeAffinities(records: Records, viewerId: Id, nowMs: number): Promise<boolean> {
  for (let period = 0; period <= periodOf(nowMs); period++) {
    const rows = await records.list(affinity, [viewerId, periodKey(period)], { limit: removalsMax });
    if (rows.length === 0) continue;
    await records.commit({
      decide: rows.map(({ key }) => write.remove(affinity, key)),
      hints: [viewsHint(viewerId)],
    });
    if (rows.length === removalsMax) return false;
  }
  return true;
}

export const viewsHint = (userId: Id) => ({ kind: 'views.recorded', key: userId, data: { userId } });
