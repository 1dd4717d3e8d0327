import type { Id } from '../../lib/ids.ts';
import { type Key, type Table, write } from '../../ports/records/records.ts';
import { type FilesContext, openDrive } from './context.ts';
import { purge } from './edits.ts';
import { endSharing } from './end-sharing.ts';
import { stretchOf } from './journal.ts';
import { endGrant } from './shares.ts';
import {
  driveEffects,
  drives,
  driveTurns,
  fileGrants,
  fileJournal,
  fileNodes,
  fileSnapshots,
  filesSharedWith,
  fileTrash,
  pastEras,
} from './tables.ts';
import { clearFolder, clearPurged } from './tend.ts';

const rowsPerCall = 50;
const nodesPerCall = 200;

/**
 * Takes away a bounded part of what an erased person left: their drive with its history, and what others shared with
 * them. True when nothing is left. Bears repetition.
 */
export async function eraseDrive(context: FilesContext, driveId: Id): Promise<boolean> {
  const { records } = context;
  const received = await records.list(filesSharedWith, [driveId], { limit: rowsPerCall });
  for (const { key, value } of received) {
    const row = await records.get(fileGrants, [key[1]!, driveId]);
    if (row) await records.commit(endGrant(value.driveId, key[1]!, driveId, row.version));
    else await removeRows(context, driveId, filesSharedWith, [key]);
  }
  if (received.length > 0) return false;
  const drive = await openDrive(context, driveId);
  if (drive.head.position === 0) return true;
  const snapshots = await drive.view.list(fileSnapshots, [driveId], { limit: rowsPerCall });
  const trashed = await drive.view.list(fileTrash, [driveId], { limit: 10 });
  if (snapshots.length + trashed.length > 0) {
    await context.writer.edit(driveId, async (draft) => {
      for (const { key } of snapshots) draft.view.remove(fileSnapshots, key);
    });
    for (const { value } of trashed) {
      await context.writer.edit(driveId, async (draft) => purge(draft, { byId: driveId }, value.from));
    }
    return false;
  }
  if (!(await clearPurged(context, driveId))) return false;
  const clearing = { trashedAt: drive.head.position + 1, budget: { nodes: nodesPerCall } };
  if (!(await clearFolder(context, driveId, driveId, clearing))) return false;
  await endSharing(context, driveId);
  return removeJournal(context, driveId);
}

/** The newest stretch goes last, so that whoever goes on finds how far the journal went. */
async function removeJournal(context: FilesContext, driveId: Id): Promise<boolean> {
  const { records } = context;
  const row = await records.get(drives, [driveId]);
  if (!row) return true;
  const last = Number(stretchOf(row.value.position));
  for (let stretch = 0; stretch <= last; stretch++) {
    const rows = await records.list(fileJournal, [driveId, String(stretch)], { limit: rowsPerCall });
    if (rows.length === 0) continue;
    await removeRows(
      context,
      driveId,
      fileJournal,
      rows.map(({ key }) => key),
    );
    return false;
  }
  const eras = await records.list(pastEras, [driveId], { limit: rowsPerCall });
  const result = await records.commit({
    decide: [
      write.remove(drives, [driveId], row.version),
      write.remove(driveEffects, [driveId], row.version),
    ],
    then: [
      write.remove(fileNodes, [driveId]),
      write.remove(driveTurns, [driveId]),
      ...eras.map(({ key }) => write.remove(pastEras, key)),
    ],
    hints: [{ kind: 'files.erased', key: driveId, data: { driveId } }],
  });
  return result.ok;
}

async function removeRows(
  { records }: FilesContext,
  driveId: Id,
  table: Table<object>,
  keys: readonly Key[],
): Promise<void> {
  await records.commit({
    decide: [],
    then: keys.map((key) => write.remove(table, key)),
    hints: [{ kind: 'files.erased', key: driveId, data: { driveId } }],
  });
}
