/**
 * What is to be purged, found by the day it was deleted on, without a scan. Features enqueue in the commit
 * that deletes; the janitor takes what is old enough.
 */
import { firstIdAt, type Id, idTimeMs } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { defineTable, type Records, type Write, write } from '../../ports/records/records.ts';

export type PurgeKind = 'post' | 'comment' | 'account' | 'media' | 'unused-media';

interface PurgeRow {
  subjectId: Id;
}

const dayMs = 86_400_000;
/** Days walked in one call at most; an idle janitor calls again. */
const daysWalkedMax = 400;
/** No commit is this late: a day that ended longer ago gets no more rows. */
const settledAfterMs = dayMs;

/** `due_id` is minted at the deletion, so rows of a day stand in order of deletion. */
export const purgeQueue = defineTable<PurgeRow>('purge_queue', {
  partition: ['kind', 'day'],
  clustering: ['due_id'],
  kind: 'plain',
});

/** The first day that may still hold rows. */
export const purgeMarks = defineTable<{ day: number }>('purge_marks', {
  partition: ['kind'],
  kind: 'plain',
});

const dayOf = (timeMs: number) => Math.floor(timeMs / dayMs);
const firstDay = dayOf(idTimeMs(firstIdAt(0)));
const dayKey = (day: number) => String(day).padStart(6, '0');

export interface DuePurge {
  kind: PurgeKind;
  subjectId: Id;
  dueId: Id;
}

/** The write, for `then`, that has a deleted thing purged some day. `dueId` is fresh. */
export function enqueuePurge(kind: PurgeKind, dueId: Id, subjectId: Id): Write {
  return write.put(purgeQueue, [kind, dayKey(dayOf(idTimeMs(dueId))), dueId], { subjectId });
}

export interface PurgeQueue {
  /** What was deleted before that moment, oldest first. O(limit + days without rows). */
  due(kind: PurgeKind, deletedBeforeMs: number, limit: number): Promise<DuePurge[]>;
  /** Takes it out: it is purged. */
  done(purge: DuePurge): Promise<void>;
}

export function createPurgeQueue({ records, clock }: { records: Records; clock: Clock }): PurgeQueue {
  return {
    async due(kind, deletedBeforeMs, limit) {
      const start = (await records.get(purgeMarks, [kind]))?.value.day ?? firstDay;
      const lastDay = Math.min(dayOf(deletedBeforeMs), start + daysWalkedMax);
      const before = firstIdAt(deletedBeforeMs);
      const found: DuePurge[] = [];
      let mark = start;
      for (let day = start; day <= lastDay && found.length < limit; day++) {
        const rows = await records.list(purgeQueue, [kind, dayKey(day)], {
          before,
          limit: limit - found.length,
        });
        for (const { key, value } of rows) found.push({ kind, subjectId: value.subjectId, dueId: key[2]! });
        const settled = (day + 1) * dayMs + settledAfterMs <= clock.nowMs();
        if (rows.length === 0 && mark === day && settled && day < dayOf(deletedBeforeMs)) mark = day + 1;
      }
      if (mark > start) {
        await records.commit({
          decide: [write.put(purgeMarks, [kind], { day: mark })],
          hints: [{ kind: 'purge.advanced', key: kind, data: { day: mark } }],
        });
      }
      return found;
    },
    async done({ kind, dueId }) {
      await records.commit({
        decide: [write.remove(purgeQueue, [kind, dayKey(dayOf(idTimeMs(dueId))), dueId])],
        hints: [{ kind: 'purge.done', key: kind, data: { dueId } }],
      });
    },
  };
}
