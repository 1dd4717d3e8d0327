import type { Principal } from '../../lib/principal.ts';
import { type Drive, type FilesContext, openDrive } from './context.ts';
import { keptMomentAt } from './kept-moments.ts';
import { positionAt } from './past.ts';
import { requireSnapshot } from './snapshots.ts';

/** A moment of a drive: a snapshot, or a time in ms. */
export type Moment = { snapshotId: string } | { atMs: number };

/** The position at which one's drive was as at that moment. */
export async function findMoment(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
): Promise<{ drive: Drive; position: number }> {
  if ('snapshotId' in moment) {
    const { drive, snapshot } = await requireSnapshot(context, principal, moment.snapshotId);
    return { drive, position: snapshot.position };
  }
  const drive = await openDrive(context, principal.userId);
  const timeMs = keptMomentAt(moment.atMs, context.clock.nowMs());
  const position = await positionAt(drive.view, drive.id, { timeMs, head: drive.head.position });
  return { drive, position };
}
