import type { Id } from '../../lib/ids.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Clock } from '../../ports/clock/clock.ts';

/** Visits of one person to another count once in this time. */
export const visitsApartMs = 3_600_000;
const pairsMax = 10_000;
const underWayMax = 32;

/**
 * Records visits that no answer waits for, each pair once in a while in this process. Where too many are under
 * way, or writing fails, a visit is lost: it only serves an order by relevance.
 */
export function createNoteVisits(
  { clock }: { clock: Pick<Clock, 'monotonicMs'> },
  record: (viewerId: Id, authorId: Id) => Promise<void>,
): (viewerId: Id, authorId: Id) => void {
  const noted = new RecentMap<{ atMs: number }>({ sizeMax: pairsMax });
  let underWay = 0;
  return (viewerId, authorId) => {
    if (viewerId === authorId || underWay >= underWayMax) return;
    const pair = `${viewerId} ${authorId}`;
    const nowMs = clock.monotonicMs();
    const before = noted.get(pair);
    if (before && nowMs - before.atMs < visitsApartMs) return;
    noted.set(pair, { atMs: nowMs });
    underWay++;
    record(viewerId, authorId)
      .catch(() => noted.delete(pair))
      .finally(() => {
        underWay--;
      });
  };
}
