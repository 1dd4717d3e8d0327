/**
 * What need not be kept goes: the rule is `keptMoments`. Works through a drive's journal behind the changes, a bounded
 * piece at a time, through the head like every change, so that it never races a restore or a snapshot.
 */
import type { Id } from '../../lib/ids.ts';
import type { Key } from '../../ports/records/records.ts';
import { changesAfter } from './changes.ts';
import { type FilesContext, openDrive } from './context.ts';
import type { Draft } from './draft.ts';
import { purge, useOf } from './edits.ts';
import { endSharing } from './end-sharing.ts';
import { eraKey, eraOf } from './journal.ts';
import { type KeptMoments, keepsAll, keptMoments } from './kept-moments.ts';
import { nameKeyOf } from './names.ts';
import { type Entry, type PastEntry, positionKey, positionOf } from './node.ts';
import { isVersionShown } from './past.ts';
import {
  fileNodes,
  filePurges,
  fileSnapshots,
  fileTrash,
  folderEntries,
  nodePasts,
  pastEntries,
  pastEras,
} from './tables.ts';
import { findNode } from './tree.ts';

export const trashKeptMs = 30 * 86_400_000;
const trashPerRun = 100;
const changesPerRun = 200;
/** Each takes up to four writes. */
const spansPerEdit = 12;
const nodesPerRun = 200;
const nodesPerEdit = 10;
const purgesPerRun = 10;

/** One piece of work on a drive; true when nothing is left for now. */
export async function tendDrive(context: FilesContext, driveId: Id): Promise<boolean> {
  const done = [
    await expireTrash(context, driveId),
    await clearPurged(context, driveId),
    await thin(context, driveId),
  ];
  return done.every((each) => each);
}

/** What has lain in the trash for long enough is deleted for good. */
async function expireTrash(context: FilesContext, driveId: Id): Promise<boolean> {
  const drive = await openDrive(context, driveId);
  const rows = await drive.view.list(fileTrash, [driveId], { limit: trashPerRun });
  const dueBeforeMs = context.clock.nowMs() - trashKeptMs;
  const due = rows.filter(({ value }) => value.fromMs <= dueBeforeMs);
  for (const { value } of due) {
    await context.writer.edit(driveId, async (draft) => {
      const node = await findNode(draft.view, driveId, value.id);
      if (node?.place.trashedAt === value.from) await purge(draft, { byId: driveId }, value.from);
    });
  }
  return due.length < trashPerRun;
}

/** Looks at changes that are old enough: what they ended is kept only where a kept moment lies in its time. */
async function thin(context: FilesContext, driveId: Id): Promise<boolean> {
  const drive = await openDrive(context, driveId);
  const nowMs = context.clock.nowMs();
  const from = drive.head.tendedTo;
  let position = from;
  const ids = new Set<Id>();
  let isDone = true;
  for await (const [at, change, atMs] of changesAfter(drive, from)) {
    if (keepsAll(atMs, nowMs)) break;
    if (at - from > changesPerRun) {
      isDone = false;
      break;
    }
    position = at;
    if (change.node) ids.add(change.node.id);
  }
  if (position === from) return true;
  for (const id of ids) {
    const place = await drive.view.get(fileNodes, [id]);
    if (place && !place.isPurged) await dropSpans(context, driveId, id, { isPurged: false });
    else await dropAllBelow(context, driveId, id);
  }
  await context.writer.edit(driveId, async (draft) => {
    if (draft.numbers.tendedTo !== from) return;
    draft.numbers.tendedTo = position;
    draft.touch();
  });
  return isDone;
}

/** Of a node's past all that no kept moment needs; of a node deleted for good, all that no snapshot needs. */
async function dropSpans(
  context: FilesContext,
  driveId: Id,
  id: Id,
  { isPurged }: { isPurged: boolean },
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const { view } = await openDrive(context, driveId);
    const rows = await view.list(nodePasts, [id], { after, limit: spansPerEdit });
    if (rows.length > 0) {
      await context.writer.edit(driveId, async (draft) => {
        const moments = await momentsOf(context, draft, isPurged);
        for (const { key } of rows) {
          const span = await draft.view.get(nodePasts, key);
          if (span && !moments.needs(span)) await dropSpan(draft, span);
        }
      });
    }
    if (rows.length < spansPerEdit) return;
    after = rows.at(-1)!.key[1]!;
  }
}

/** The same of a node that is gone, and of all that ever lay in it and is gone too: after a snapshot is removed. */
async function dropAllBelow(context: FilesContext, driveId: Id, id: Id, seen = new Set<Id>()): Promise<void> {
  // Two folders may each have lain in the other, at different times.
  if (seen.has(id)) return;
  seen.add(id);
  const { view } = await openDrive(context, driveId);
  for (const era of await view.list(pastEras, [id], { limit: 900 })) {
    let after: string | undefined;
    for (;;) {
      const rows = await view.list(pastEntries, [id, era.key[1]!], { after, limit: 900 });
      for (const childId of new Set(rows.map(({ value }) => value.id))) {
        if (!(await view.get(fileNodes, [childId]))) {
          await dropAllBelow(context, driveId, childId, seen);
        }
      }
      if (rows.length < 900) break;
      after = rows.at(-1)!.key[2]!;
    }
  }
  await dropSpans(context, driveId, id, { isPurged: true });
}

async function momentsOf(
  context: Pick<FilesContext, 'clock'>,
  draft: Draft,
  isPurged: boolean,
): Promise<KeptMoments> {
  const snapshots: number[] = [];
  let after: string | undefined;
  for (;;) {
    const rows = await draft.view.list(fileSnapshots, [draft.driveId], { after, limit: 900 });
    snapshots.push(...rows.map(({ value }) => value.position));
    if (rows.length < 900) break;
    after = rows.at(-1)!.key[1]!;
  }
  return keptMoments({ snapshots, nowMs: context.clock.nowMs(), isPurged });
}

async function dropSpan(draft: Draft, span: PastEntry): Promise<void> {
  const from = positionKey(span.from);
  const [folderId, era] = [span.parentId, eraOf(span.until)];
  draft.view.remove(nodePasts, [span.id, from]);
  draft.view.remove(pastEntries, [folderId, eraKey(era), nameKeyOf(span.name), from]);
  await endVersion(draft, span);
  // Into the era of now more may come, and whoever puts it there does not look for the row.
  if (era === eraOf(draft.nextPosition)) return;
  const left = await draft.view.list(pastEntries, [folderId, eraKey(era)], { limit: 1 });
  if (left.length === 0) draft.view.remove(pastEras, [folderId, eraKey(era)]);
}

/** Ends a version's use of its content once nothing shows it any more. */
async function endVersion(draft: Draft, { id, version, content }: Entry): Promise<void> {
  if (!content || (await isVersionShown(draft.view, { id, version }))) return;
  draft.numbers.usedBytes -= content.sizeBytes;
  draft.endUse(content.id, useOf(id, version));
}

/** Clears away what was deleted for good, from the deepest up, until so many nodes were looked at. */
export async function clearPurged(context: FilesContext, driveId: Id): Promise<boolean> {
  const drive = await openDrive(context, driveId);
  const rows = await drive.view.list(filePurges, [driveId], { limit: purgesPerRun });
  const budget = { nodes: nodesPerRun };
  for (const { key, value } of rows) {
    const trashedAt = positionOf(key[1]!);
    if (!(await clearFolder(context, driveId, value.nodeId, { trashedAt, budget }))) return false;
    await dropSpans(context, driveId, value.nodeId, { isPurged: true });
    await endSharing(context, value.nodeId);
    await context.writer.edit(driveId, async (draft) => {
      if (!(await draft.view.get(filePurges, key))) return;
      draft.view.remove(filePurges, key);
      draft.view.remove(fileNodes, [value.nodeId]);
      draft.numbers.nodes--;
    });
  }
  return rows.length < purgesPerRun;
}

interface Clearing {
  /** When all of it left the tree. */
  trashedAt: number;
  budget: { nodes: number };
}

/** What a folder that is gone still holds: each ends when the folder left the tree. False where the budget ended first. */
export async function clearFolder(
  context: FilesContext,
  driveId: Id,
  folderId: Id,
  clearing: Clearing,
): Promise<boolean> {
  for (;;) {
    const { view } = await openDrive(context, driveId);
    const rows = await view.list(folderEntries, [folderId], { limit: nodesPerEdit });
    if (rows.length === 0) return true;
    clearing.budget.nodes -= rows.length;
    if (clearing.budget.nodes < 0) return false;
    for (const { value } of rows) {
      if (value.kind === 'folder' && !(await clearFolder(context, driveId, value.id, clearing))) return false;
      await dropSpans(context, driveId, value.id, { isPurged: true });
      await endSharing(context, value.id);
    }
    await context.writer.edit(driveId, async (draft) => {
      const moments = await momentsOf(context, draft, true);
      for (const { key } of rows) {
        const entry = await draft.view.get(folderEntries, key);
        if (entry) await clearEntry(draft, { folderId, key, entry, moments }, clearing.trashedAt);
      }
    });
  }
}

async function clearEntry(
  draft: Draft,
  { folderId, key, entry, moments }: { folderId: Id; key: Key; entry: Entry; moments: KeptMoments },
  trashedAt: number,
): Promise<void> {
  draft.view.remove(folderEntries, key);
  draft.view.remove(fileNodes, [entry.id]);
  draft.numbers.nodes--;
  const span: PastEntry = { ...entry, parentId: folderId, until: trashedAt, untilMs: draft.atMs };
  if (!moments.needs(span)) return endVersion(draft, entry);
  const from = positionKey(entry.from);
  const era = eraKey(eraOf(trashedAt));
  draft.view.put(pastEntries, [folderId, era, key[1]!, from], span);
  draft.view.put(nodePasts, [entry.id, from], span);
  draft.view.put(pastEras, [folderId, era], {});
}
