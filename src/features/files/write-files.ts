import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import type { FreshContent } from '../contents/index.ts';
import { actorOf, type Who } from './access.ts';
import { isChangedBelow } from './changes.ts';
import {
  type Drive,
  driveOf,
  type FilesContext,
  idsOf,
  openDrive,
  requireEditable,
  requireEditableFolder,
  requireShown,
  type ShownNode,
  StaleBase,
  shownNode,
} from './context.ts';
import type { Draft } from './draft.ts';
import { add, freeName, move, requireFolder, trash, update } from './edits.ts';
import { giveWay } from './give-way.ts';
import { cleanName, splitPath } from './names.ts';
import { type Entry, versionIdOf } from './node.ts';
import type { DriveView } from './overlay.ts';
import { otherBytesOf } from './read-files.ts';
import type { Target } from './target.ts';
import { childOf, type Folder, folderOf, isFolder, type Node, nodeIn, rootOf, walk } from './tree.ts';
import { Replayed } from './waiting-edits.ts';

/** What a write expects to find. */
export interface Expected {
  /** The version it is based on. */
  baseVersionId?: string | undefined;
  /** That nothing is there. */
  isNew?: boolean | undefined;
  /** Where something is there, the next free name is taken: what is there stays as it is. */
  takesFreeName?: boolean | undefined;
}

export interface FileWrite extends Expected {
  content: FreshContent;
  modifiedAtMs?: number | undefined;
  claim?: IdempotencyClaim | undefined;
  /** Of `checkWrite` for the same target. */
  checked?: CheckedPlace | undefined;
}

/** A folder that is there, and the clean name in it. */
interface NamedPlace {
  drive: Drive;
  folder: Folder;
  name: string;
}

/** What was found out about a write before its bytes came. Who may write is looked at again when it is made. */
export interface CheckedPlace {
  driveId: Id;
  folderId: Id;
  name: string;
  otherBytes: number;
  countedAtMs: number;
}

/** A count of what other things take is believed for so long: large files come for longer than that. */
const countedForMs = 5000;

/** Makes a folder. Folders above it must be there. */
export async function createFolder(
  context: FilesContext,
  who: Who,
  target: Target,
  claim?: IdempotencyClaim,
): Promise<{ node: ShownNode; isNew: boolean }> {
  const { drive, folder: found, name } = await placeOf(context, who, target);
  const id = context.ids.next();
  return orReplayed(context, who, () =>
    context.writer.edit(
      drive.id,
      async (draft) => {
        const folder = await requireEditableFolder(context, draft, who, 'write', found.id);
        const node = await add(draft, actorOf(who), folder, { id, kind: 'folder', name, content: null });
        return { node: await shown(context, who, node), isNew: true };
      },
      { claim, resultId: ({ node }) => node.id },
    ),
  );
}

/** Makes the next version of a file, or a new one. */
export async function writeFile(
  context: FilesContext,
  who: Who,
  target: Target,
  { content, modifiedAtMs, claim, checked, ...expected }: FileWrite,
): Promise<{ node: ShownNode; isNew: boolean }> {
  const { id, sizeBytes, sha256, rows: contentRows } = content;
  const bytes = { content: { id, sizeBytes, sha256 }, modifiedAtMs };
  const newId = context.ids.next();
  const actor = actorOf(who);
  const place = 'id' in target ? undefined : (checked ?? (await checkedPlaceOf(context, who, target)));
  const driveId = place?.driveId ?? (await driveOf(context, who, (target as { id: string }).id));
  const isCounted = place && context.clock.nowMs() - place.countedAtMs < countedForMs;
  const otherBytes = isCounted ? place.otherBytes : await otherBytesOf(context, driveId);
  return orReplayed(context, who, () =>
    context.writer.edit(
      driveId,
      async (draft) => {
        checkQuota(context, draft.numbers.usedBytes + otherBytes, sizeBytes);
        if (!place) {
          const node = await requireEditable(context, draft, who, 'write', (target as { id: string }).id);
          checkExpected(expected, await shown(context, who, node));
          return { node: await shown(context, who, await update(draft, actor, node, bytes)), isNew: false };
        }
        const folder = await requireEditableFolder(context, draft, who, 'add', place.folderId);
        return writeInto(context, who, draft, folder, { ...bytes, name: place.name, newId, expected });
      },
      { claim, resultId: ({ node }) => node.id, contentRows },
    ),
  );
}

async function writeInto(
  context: FilesContext,
  who: Who,
  draft: Draft,
  folder: Folder,
  given: {
    name: string;
    newId: Id;
    content: Entry['content'] & object;
    modifiedAtMs: number | undefined;
    expected: Expected;
  },
): Promise<{ node: ShownNode; isNew: boolean }> {
  const { content, modifiedAtMs, newId } = given;
  const actor = actorOf(who);
  const reach = await context.access.require(who, 'add', draft.driveId, folder.trail);
  let { name } = given;
  const there = await childOf(draft.view, folder.id, name);
  if (there && (reach.role === 'uploader' || given.expected.takesFreeName)) {
    // Who sees nothing of a folder can neither replace what it holds nor learn of it.
    name = await freeName(draft, folder.id, name);
  } else if (there || given.expected.baseVersionId !== undefined) {
    const node = there && nodeIn(folder, there);
    checkExpected(given.expected, node ? await shown(context, who, node) : null);
    if (there!.kind === 'folder') throw new Refusal('conflict', 'There is a folder of this name.');
    const updated = await update(draft, actor, node!, { content, modifiedAtMs });
    return { node: await shown(context, who, updated), isNew: false };
  }
  const added = await add(draft, actor, folder, { id: newId, kind: 'file', name, content, modifiedAtMs });
  return { node: shownNode(added, reach), isNew: true };
}

/**
 * Refuses at once what a write would be refused for at its end, so that no bytes are sent in vain. Answers how many
 * bytes there is room for, and what the write would replace.
 */
export async function checkWrite(
  context: FilesContext,
  who: Who,
  target: Target,
  expected: Expected = {},
): Promise<{
  driveId: Id;
  bytesMax: number;
  current: ShownNode | null;
  /** For the write that follows, so that it need not look again. */
  checked: CheckedPlace | undefined;
}> {
  const { drive, place, current } = await findTarget(context, who, target);
  checkExpected(expected, current);
  if (current?.entry?.kind === 'folder' && !expected.takesFreeName)
    throw new Refusal('conflict', 'There is a folder of this name.');
  const otherBytes = await otherBytesOf(context, drive.id);
  const bytesMax = Math.max(0, context.settings.quotaBytes - drive.head.usedBytes - otherBytes);
  return { driveId: drive.id, bytesMax, current, checked: place && checkedPlace(context, place, otherBytes) };
}

const checkedPlace = (
  { clock }: FilesContext,
  { drive, folder, name }: NamedPlace,
  otherBytes: number,
): CheckedPlace => ({
  driveId: drive.id,
  folderId: folder.id,
  name,
  otherBytes,
  countedAtMs: clock.nowMs(),
});

async function checkedPlaceOf(context: FilesContext, who: Who, target: Target): Promise<CheckedPlace> {
  const place = await placeOf(context, who, target);
  return checkedPlace(context, place, await otherBytesOf(context, place.drive.id));
}

async function findTarget(
  context: FilesContext,
  who: Who,
  target: Target,
): Promise<{ drive: Drive; place: NamedPlace | undefined; current: ShownNode | null }> {
  if ('id' in target) {
    const { drive, found, reach } = await requireShown(context, who, 'write', target.id);
    return { drive, place: undefined, current: shownNode(found, reach) };
  }
  const place = await placeOf(context, who, target);
  const { drive, folder, name } = place;
  const reach = await context.access.require(who, 'add', drive.id, folder.trail);
  const there = reach.role === 'uploader' ? undefined : await childOf(drive.view, folder.id, name);
  return { drive, place, current: there ? shownNode(nodeIn(folder, there), reach) : null };
}

export interface NodeChanges extends Expected {
  name?: string | undefined;
  parentId?: string | undefined;
}

/** Renames or moves, within one drive. With `replaces`, what is there gives way. */
export async function changeNode(
  context: FilesContext,
  who: Who,
  id: string,
  changes: NodeChanges,
  { replaces = false }: { replaces?: boolean } = {},
): Promise<ShownNode> {
  const name = changes.name === undefined ? undefined : cleanName(changes.name);
  const { drive, found } = await requireShown(context, who, 'write', id);
  if (isFolder(found) && !found.node) throw new Refusal('conflict', 'This folder stays as it is.');
  if (changes.parentId !== undefined) {
    const to = await driveOf(context, who, changes.parentId);
    // Refuses what is hidden before it tells anything.
    const target = await requireShown(context, who, 'write', changes.parentId);
    if (!isFolder(target.found) && !folderOf(target.found)) throw invalid('parentId', 'This is no folder.');
    if (to !== drive.id) {
      throw invalid('parentId', 'This folder is another person’s. Copy there, then delete here.');
    }
  }
  // What it holds may become the next version of what is there.
  const held = replaces && 'entry' in found ? found.entry.content : null;
  if (held) await context.contents.hold(held.id);
  return context.writer.edit(drive.id, async (draft) => {
    const node = await requireEditable(context, draft, who, 'write', id);
    const current = await shown(context, who, node);
    checkExpected(changes, current);
    if (held && node.entry.content?.id !== held.id) {
      throw new StaleBase('This was changed meanwhile.', current);
    }
    const parentId = changes.parentId ?? node.place.parentId;
    // What is shared stays where its owner put it: others rename and move within.
    if (current.reach.topId === id && parentId !== node.place.parentId) {
      throw new Refusal('forbidden', 'Only its owner can move this away.');
    }
    const folder =
      changes.parentId === undefined
        ? await requireFolder(draft, parentId)
        : await requireEditableFolder(context, draft, who, 'write', parentId);
    const named = name ?? node.entry.name;
    if (folder.id === node.place.parentId && named === node.entry.name) return current;
    const to = { folder, name: named };
    const taken = replaces ? await giveWay(context, draft, who, node, to) : undefined;
    return shown(context, who, taken ?? (await move(draft, actorOf(who), node, to)));
  });
}

export interface Deletion extends Expected {
  /** A cursor of the changes of this folder: nothing in it was changed after that. */
  unchangedSince?: string | undefined;
}

/** Puts a node into the trash of its drive. */
export async function deleteNode(
  context: FilesContext,
  who: Who,
  id: string,
  { unchangedSince, ...expected }: Deletion = {},
): Promise<void> {
  const { drive, found } = await requireShown(context, who, 'write', id);
  if (isFolder(found) && !found.node) throw new Refusal('conflict', 'This folder stays.');
  await context.writer.edit(drive.id, async (draft) => {
    const node = await requireEditable(context, draft, who, 'write', id);
    const current = await shown(context, who, node);
    checkExpected(expected, current);
    if (current.reach.topId === id) throw new Refusal('forbidden', 'Only its owner can delete this.');
    if (unchangedSince !== undefined && (await isChangedBelow(draft, id, unchangedSince))) {
      throw new StaleBase('Something in this folder was changed meanwhile.', current);
    }
    await trash(draft, actorOf(who), node);
  });
}

/** The folder and name a target means. Refuses what is hidden, what is no folder, and names that cannot be. */
async function placeOf(context: FilesContext, who: Who, target: Target): Promise<NamedPlace> {
  if ('id' in target) throw notFound();
  if ('parentId' in target) {
    const name = cleanName(target.name);
    const { drive, found } = await requireShown(context, who, 'add', target.parentId);
    const folder = isFolder(found) ? found : folderOf(found);
    if (!folder) throw invalid('parentId', 'This is no folder.');
    return { drive, folder, name };
  }
  const names = splitPath(target.path);
  const name = names.pop();
  if (name === undefined) throw invalid('path', 'This path names no file or folder.');
  if (!('userId' in who)) throw notFound();
  const drive = await openDrive(context, who.userId);
  return { drive, folder: await walkToFolder(drive.view, who.userId, names), name };
}

/** A folder by its clean names from the root. */
export async function walkToFolder(view: DriveView, driveId: Id, names: readonly string[]): Promise<Folder> {
  const found = await walk(view, rootOf(driveId), names);
  if (!found || !isFolder(found)) throw notFound('There is no such folder.');
  return found;
}

function checkExpected({ baseVersionId, isNew }: Expected, current: ShownNode | null): void {
  if (isNew && current) throw new StaleBase('There is something of this name already.', current);
  if (baseVersionId === undefined) return;
  const version = current?.entry?.content && versionIdOf(current.entry.version);
  if (version !== baseVersionId) throw new StaleBase('This was changed meanwhile.', current);
}

function checkQuota({ settings }: FilesContext, usedBytes: number, sizeBytes: number): void {
  if (usedBytes + sizeBytes <= settings.quotaBytes) return;
  const leftMegabytes = Math.max(0, Math.floor((settings.quotaBytes - usedBytes) / 1_000_000));
  throw new Refusal('too-large', `This does not fit: ${leftMegabytes} MB are left.`);
}

async function shown({ access }: FilesContext, who: Who, node: Node): Promise<ShownNode> {
  const reach = await access.require(who, 'read', node.driveId, idsOf(node));
  return shownNode(folderOf(node) ?? node, reach);
}

async function orReplayed(
  context: FilesContext,
  who: Who,
  work: () => Promise<{ node: ShownNode; isNew: boolean }>,
): Promise<{ node: ShownNode; isNew: boolean }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Replayed)) throw error;
    const { found, reach } = await requireShown(context, who, 'read', error.resultId);
    return { node: shownNode(found, reach), isNew: false };
  }
}
