import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid, notFound } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { actorOf } from './access.ts';
import { type Drive, type FilesContext, openDrive } from './context.ts';
import type { Page } from './read-files.ts';
import { type Snapshot, snapshotNameBytesMax, snapshotsMax } from './snapshot.ts';
import { fileSnapshots } from './tables.ts';
import { Replayed } from './waiting-edits.ts';

export type NamedSnapshot = Snapshot & { id: Id };

/** Keeps the whole of one's drive as it is at this moment. Costs one row. */
export async function makeSnapshot(
  context: FilesContext,
  principal: Principal,
  input: { name?: string | undefined },
  claim?: IdempotencyClaim,
): Promise<NamedSnapshot> {
  const driveId = principal.userId;
  const name = cleanText(input.name ?? '', { field: 'name', bytesMax: snapshotNameBytesMax });
  const id = context.ids.next();
  try {
    return await context.writer.edit(
      driveId,
      async (draft) => {
        if (draft.numbers.snapshots >= snapshotsMax) {
          throw invalid('name', `At most ${snapshotsMax} snapshots are kept. Remove one first.`);
        }
        draft.numbers.snapshots++;
        const snapshot = { position: draft.numbers.position, name, createdAtMs: draft.atMs };
        draft.view.put(fileSnapshots, [driveId, id], snapshot);
        draft.change({ kind: 'snapshot-made', ...actorOf(principal), node: null, trail: [] });
        return { id, ...snapshot };
      },
      { claim, resultId: (made) => made.id },
    );
  } catch (error) {
    if (error instanceof Replayed)
      return (await requireSnapshot(context, principal, error.resultId)).snapshot;
    throw error;
  }
}

/** Newest first. */
export async function listSnapshots(
  context: FilesContext,
  principal: Principal,
  page: Page,
): Promise<{ items: NamedSnapshot[]; nextCursor: string | null }> {
  const { view } = await openDrive(context, principal.userId);
  const before = decodeCursor('snapshots', page.cursor, 1)?.[0];
  const rows = await view.list(fileSnapshots, [principal.userId], {
    before,
    reverse: true,
    limit: page.limit + 1,
  });
  const items = rows.slice(0, page.limit).map(({ key, value }) => ({ id: key[1]!, ...value }));
  const nextCursor = rows.length > page.limit ? encodeCursor('snapshots', [items.at(-1)!.id]) : null;
  return { items, nextCursor };
}

/** What it alone kept goes some time after. */
export async function removeSnapshot(context: FilesContext, principal: Principal, id: string): Promise<void> {
  const driveId = principal.userId;
  await context.writer.edit(driveId, async (draft) => {
    const snapshot = await draft.view.get(fileSnapshots, [driveId, id]);
    if (!snapshot) throw notFound();
    draft.view.remove(fileSnapshots, [driveId, id]);
    draft.numbers.snapshots--;
    // What it kept ended after it, and is looked at anew from there.
    draft.numbers.tendedTo = Math.min(draft.numbers.tendedTo, snapshot.position);
    draft.change({ kind: 'snapshot-removed', ...actorOf(principal), node: null, trail: [] });
  });
}

export async function requireSnapshot(
  context: FilesContext,
  principal: Principal,
  id: string,
): Promise<{ drive: Drive; snapshot: NamedSnapshot }> {
  const drive = await openDrive(context, principal.userId);
  const snapshot = await drive.view.get(fileSnapshots, [principal.userId, id]);
  if (!snapshot) throw notFound();
  return { drive, snapshot: { id, ...snapshot } };
}
