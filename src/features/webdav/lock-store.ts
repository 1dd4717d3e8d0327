import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import type { Lock } from './lock.ts';
import { davLocks } from './tables.ts';

type Storing = Pick<WebdavDeps, 'records' | 'clock'>;

const attemptsMax = 16;

/** The locks of a drive that have not run out. */
export async function locksIn({ records, clock }: Storing, driveId: Id): Promise<Lock[]> {
  const row = await records.get(davLocks, [driveId]);
  return row ? standing(row.value.locks, clock.nowMs()) : [];
}

const standing = (locks: readonly Lock[], nowMs: number) =>
  locks.filter(({ expiresAtMs }) => expiresAtMs > nowMs);

/** Changes the locks of a drive at once. `change` may run several times, and refuses by throwing. */
export async function changeLocks(
  { records, clock }: Storing,
  driveId: Id,
  change: (locks: Lock[]) => Lock[],
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await records.get(davLocks, [driveId]);
    const before = standing(row?.value.locks ?? [], clock.nowMs());
    const locks = change(before);
    if (locks.length === 0 && !row) return;
    if (locks === before && before.length === row?.value.locks.length) return;
    const { ok } = await records.commit({
      decide: [writeOf(driveId, locks, row?.version)],
      hints: [{ kind: 'dav.locks-changed', key: driveId, data: { driveId } }],
    });
    if (ok) return;
  }
  throw new Refusal('conflict', 'Too many are taking locks here at once. Try again.');
}

function writeOf(driveId: Id, locks: Lock[], version: number | undefined): Write {
  if (version === undefined) return write.insert(davLocks, [driveId], { locks });
  return locks.length === 0
    ? write.remove(davLocks, [driveId], version)
    : write.replace(davLocks, [driveId], { locks }, version);
}

/** Forgets the locks that lay on what is gone. */
export async function dropLocks(deps: Storing, driveId: Id, isGone: (lock: Lock) => boolean): Promise<void> {
  await changeLocks(deps, driveId, (locks) =>
    locks.some(isGone) ? locks.filter((lock) => !isGone(lock)) : locks,
  );
}

/** True when nothing is left of an erased person's locks; what they took in drives of others runs out. */
export async function eraseLocks(deps: Storing, userId: Id): Promise<boolean> {
  await changeLocks(deps, userId, () => []);
  return true;
}
