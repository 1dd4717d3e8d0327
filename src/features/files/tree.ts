import type { Id } from '../../lib/ids.ts';
import { nameKeyOf } from './names.ts';
import { type Entry, type NodePlace, positionKey, type TrashEntry } from './node.ts';
import type { DriveView } from './overlay.ts';
import { fileNodes, fileTrash, folderEntries } from './tables.ts';

/** A node of a drive, and where it lies. */
export interface Node {
  driveId: Id;
  entry: Entry;
  place: NodePlace;
  /** The folders above it, topmost first: the drive's root, unless the topmost lies in the trash. */
  trail: Id[];
  isTrashed: boolean;
}

/** A folder, or the root of a drive, which has the drive's id and lies nowhere. */
export interface Folder {
  driveId: Id;
  id: Id;
  node: Node | null;
  /** The folders from the topmost down to this one. */
  trail: Id[];
}

/** Ends a walk upwards that reads caught in the midst of moves. */
const trailMax = 500;

/** Undefined where the drive has no such node. O(depth). */
export async function findNode(view: DriveView, driveId: Id, id: Id): Promise<Node | undefined> {
  const place = await view.get(fileNodes, [id]);
  if (place?.driveId !== driveId || place.isPurged) return undefined;
  const entry = await entryAt(view, place);
  if (entry?.id !== id) return undefined;
  const trail: Id[] = [];
  let at = place;
  while (at.trashedAt === undefined) {
    trail.unshift(at.parentId);
    if (at.parentId === driveId) return { driveId, entry, place, trail, isTrashed: false };
    const above = await view.get(fileNodes, [at.parentId]);
    if (!above || above.isPurged || trail.length > trailMax) return undefined;
    at = above;
  }
  return { driveId, entry, place, trail, isTrashed: true };
}

/** The entry at a place, whatever became of what is above it. */
export function entryAt(view: DriveView, place: NodePlace): Promise<Entry | TrashEntry | undefined> {
  return place.trashedAt === undefined
    ? view.get(folderEntries, [place.parentId, place.nameKey])
    : view.get(fileTrash, [place.driveId, positionKey(place.trashedAt)]);
}

/** Undefined where it is none, or lies in the trash. */
export async function findFolder(view: DriveView, driveId: Id, id: Id): Promise<Folder | undefined> {
  if (id === driveId) return rootOf(driveId);
  const node = await findNode(view, driveId, id);
  return node && folderOf(node);
}

export const rootOf = (driveId: Id): Folder => ({ driveId, id: driveId, node: null, trail: [driveId] });

export function folderOf(node: Node): Folder | undefined {
  if (node.isTrashed || node.entry.kind !== 'folder') return undefined;
  const { driveId, entry, trail } = node;
  return { driveId, id: entry.id, node, trail: [...trail, entry.id] };
}

/** What a folder holds under a clean name, whatever its case. */
export function childOf(view: DriveView, folderId: Id, name: string): Promise<Entry | undefined> {
  return view.get(folderEntries, [folderId, nameKeyOf(name)]);
}

export function nodeIn(folder: Folder, entry: Entry): Node {
  const { driveId, id, trail } = folder;
  const place = { driveId, kind: entry.kind, parentId: id, nameKey: nameKeyOf(entry.name) };
  return { driveId, entry, place, trail, isTrashed: false };
}

/** What lies at the end of clean names from a folder; undefined where something on the way is not there. */
export async function walk(
  view: DriveView,
  from: Folder,
  names: readonly string[],
): Promise<Folder | Node | undefined> {
  let folder = from;
  for (const [i, name] of names.entries()) {
    const entry = await childOf(view, folder.id, name);
    if (!entry) return undefined;
    const node = nodeIn(folder, entry);
    const inside = folderOf(node);
    if (i === names.length - 1) return inside ?? node;
    if (!inside) return undefined;
    folder = inside;
  }
  return folder;
}

export const isFolder = (found: Folder | Node): found is Folder => !('entry' in found);

/** The path of a node's folder for people, from the names above it. */
export async function folderPathOf(view: DriveView, trail: readonly Id[]): Promise<string> {
  const names: string[] = [];
  for (const id of trail.slice(1)) {
    const place = await view.get(fileNodes, [id]);
    const entry = place && (await entryAt(view, place));
    names.push(entry?.name ?? '…');
  }
  return `/${names.join('/')}`;
}
