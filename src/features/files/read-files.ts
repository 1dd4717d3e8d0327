import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import { invalid, notFound } from '../../lib/refusal.ts';
import type { Who } from './access.ts';
import {
  type Drive,
  type FilesContext,
  idsOf,
  openDrive,
  requireShown,
  type ShownNode,
  shownNode,
} from './context.ts';
import { cleanName, splitPath } from './names.ts';
import { type FileContent, positionKey, versionIdOf, versionOf } from './node.ts';
import type { DriveView } from './overlay.ts';
import { fileNodes, folderEntries, nodePasts } from './tables.ts';
import { type Folder, folderOf, isFolder, type Node, nodeIn, rootOf, walk } from './tree.ts';

export interface Page {
  limit: number;
  cursor?: string | undefined;
}

export interface NodePage {
  items: ShownNode[];
  nextCursor: string | null;
}

/** A path in one's own drive, or a node by its id; neither: one's own root. */
export interface Place {
  path?: string | undefined;
  id?: string | undefined;
  /** Names on the way down from the node called by `id`. */
  below?: readonly string[] | undefined;
}

export async function getNode(context: FilesContext, who: Who, place: Place): Promise<ShownNode> {
  const { found, reach } = await findPlace(context, who, place);
  return shownNode(found, reach);
}

async function findPlace(context: FilesContext, who: Who, { path, id, below = [] }: Place) {
  if (id !== undefined) {
    const top = await requireShown(context, who, 'read', id);
    return below.length === 0 ? top : findBelow(context, who, top, below);
  }
  if (!('userId' in who)) throw notFound();
  const names = splitPath(path ?? '/');
  const drive = await openDrive(context, who.userId);
  const found = await walk(drive.view, rootOf(drive.id), names);
  if (!found) throw notFound();
  return { drive, found, reach: await context.access.require(who, 'read', drive.id, idsOf(found)) };
}

async function findBelow(
  { access }: FilesContext,
  who: Who,
  { drive, found: top }: { drive: Drive; found: Folder | Node },
  below: readonly string[],
) {
  const folder = isFolder(top) ? top : folderOf(top);
  const names = below.map((name) => cleanName(name, 'path'));
  const found = folder && (await walk(drive.view, folder, names));
  if (!found) throw notFound();
  return { drive, found, reach: await access.require(who, 'read', drive.id, idsOf(found)) };
}

/** What a folder holds, by name. O(limit). */
export async function listFolder(
  context: FilesContext,
  who: Who,
  place: Place,
  page: Page,
): Promise<NodePage> {
  const { drive, found, reach } = await findPlace(context, who, place);
  const folder: Folder | undefined = isFolder(found) ? found : folderOf(found);
  if (!folder) throw invalid(place.id === undefined ? 'path' : 'parentId', 'This is no folder.');
  const after = decodeCursor('files', page.cursor, 1)?.[0];
  const rows = await drive.view.list(folderEntries, [folder.id], { after, limit: page.limit + 1 });
  const shown = rows.slice(0, page.limit);
  return {
    items: shown.map(({ value }) => ({ ...shownNode(nodeIn(folder, value), reach), parentId: folder.id })),
    nextCursor: rows.length > page.limit ? encodeCursor('files', [shown.at(-1)!.key[1]!]) : null,
  };
}

/** A version of a file that may be read: the one it has now, or a kept one. */
export async function readableVersion(
  context: FilesContext,
  who: Who,
  place: Place,
  versionId?: string,
): Promise<{ node: ShownNode; content: FileContent; version: number }> {
  const { drive, found, reach } = await findPlace(context, who, place);
  const node = shownNode(found, reach);
  const { entry } = node;
  if (!entry?.content) throw invalid('id', 'This is a folder.');
  if (versionId === undefined || versionId === versionIdOf(entry.version)) {
    return { node, content: entry.content, version: entry.version };
  }
  const past = await findVersion(drive.view, entry.id, versionId);
  if (!past) throw notFound();
  return { node, content: past.content!, version: past.version };
}

/** A kept version of a node, by the newest of the times it stood. */
export async function findVersion(view: DriveView, id: Id, versionId: string) {
  const version = versionOf(versionId);
  if (version === undefined) return undefined;
  // A version's spans begin at the version, and each at the end of the one before.
  const rows = await view.list(nodePasts, [id], { after: positionKey(version - 1), limit: 1 });
  const found = rows[0]?.value;
  return found?.version === version && found.content ? found : undefined;
}

/** What somebody's files and all else they keep take, and may take. */
export async function roomOf(
  context: FilesContext,
  ownerId: Id,
): Promise<{ filesBytes: number; otherBytes: number; usedBytes: number; quotaBytes: number }> {
  const [{ head }, otherBytes] = await Promise.all([
    openDrive(context, ownerId),
    otherBytesOf(context, ownerId),
  ]);
  const filesBytes = head.usedBytes;
  return {
    filesBytes,
    otherBytes,
    usedBytes: filesBytes + otherBytes,
    quotaBytes: context.settings.quotaBytes,
  };
}

/** What takes of the same room and is no file. */
export const otherBytesOf = async ({ otherBytesOf: count }: FilesContext, ownerId: Id): Promise<number> =>
  (await count?.(ownerId)) ?? 0;

/** As far as is stored: of a node that was made just now this says nothing. */
export async function areKept({ records }: FilesContext, ids: readonly Id[]): Promise<boolean[]> {
  const rows = await records.getMany(
    fileNodes,
    ids.map((id) => [id]),
  );
  return rows.map((row) => row !== undefined && !row.value.isPurged);
}
