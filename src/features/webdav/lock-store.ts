import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { type Write, write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { type Lock, liesAbove, liesBelow, type Placed } from './lock.ts';
import { davLocks } from './tables.ts';

type Storing = Pick<WebdavDeps, 'records' | 'clock' | 'files'>;

const attemptsMax = 16;

/** The locks of a drive that lie on a node or on what is above it. */
export async function locksNear(deps: Storing, driveId: Id, near: Placed): Promise<Lock[]> {
  const row = await deps.records.get(davLocks, [driveId]);
  if (!row) return [];
  const locks = standing(row.value.locks, deps.clock.nowMs()).filter((lock) => liesAbove(lock, near));
  return placed(deps, driveId, locks);
}

/** Those below it as well: anything may have been moved there since it was locked, so it takes a look at all of them. */
export const locksAround = async (deps: Storing, driveId: Id, near: Placed): Promise<Lock[]> =>
  (await locksIn(deps, driveId)).filter((lock) => liesAbove(lock, near) || liesBelow(lock, near));

/** All locks of a drive. */
export async function locksIn(deps: Storing, driveId: Id): Promise<Lock[]> {
  const row = await deps.records.get(davLocks, [driveId]);
  return row ? placed(deps, driveId, standing(row.value.locks, deps.clock.nowMs())) : [];
}

const standing = (locks: readonly Lock[], nowMs: number) =>
  locks.filter(({ expiresAtMs }) => expiresAtMs > nowMs);

/**
 * Locks as they lie now: what was moved in another way than this has other folders above it, and a lock on what is gone,
 * or of somebody who may no longer write there, holds no more.
 */
async function placed({ files }: Storing, driveId: Id, locks: readonly Lock[]): Promise<Lock[]> {
  if (locks.length === 0) return [];
  const once = await files.placesToWrite(driveId, locks);
  const doubtful = locks.filter((_, i) => !once[i]);
  // What moves meanwhile may look gone: that is seen only by looking again.
  const again = doubtful.length > 0 ? await files.placesToWrite(driveId, doubtful) : [];
  return locks.flatMap((lock, i) => {
    const aboveIds = once[i] ?? again[doubtful.indexOf(lock)];
    return aboveIds ? [{ ...lock, aboveIds }] : [];
  });
}

/** Changes the locks of a drive at once. `change` may run several times, and refuses by throwing. */
async function changeLocks(
  { records, clock }: Storing,
  driveId: Id,
  change: (locks: Lock[]) => Lock[] | Promise<Lock[]>,
): Promise<void> {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await records.get(davLocks, [driveId]);
    const before = standing(row?.value.locks ?? [], clock.nowMs());
    const locks = await change(before);
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

/** The same, of those that hold something still: the others are forgotten. */
export function changePlacedLocks(
  deps: Storing,
  driveId: Id,
  change: (locks: Lock[]) => Lock[],
): Promise<void> {
  return changeLocks(deps, driveId, async (locks) => change(await placed(deps, driveId, locks)));
}

function writeOf(driveId: Id, locks: Lock[], version: number | undefined): Write {
  if (version === undefined) return write.insert(davLocks, [driveId], { locks });
  return locks.length === 0
    ? write.remove(davLocks, [driveId], version)
    : write.replace(davLocks, [driveId], { locks }, version);
}

/** Forgets locks. */
export async function dropLocks(deps: Storing, driveId: Id, gone: readonly Lock[]): Promise<void> {
  const isGone = ({ token }: Lock) => gone.some((lock) => lock.token === token);
  await changeLocks(deps, driveId, (locks) =>
    locks.some(isGone) ? locks.filter((lock) => !isGone(lock)) : locks,
  );
}

/** True when nothing is left of an erased person's locks; what they took in drives of others runs out. */
export async function eraseLocks(deps: Storing, userId: Id): Promise<boolean> {
  await changeLocks(deps, userId, () => []);
  return true;
}
