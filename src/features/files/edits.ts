/** The changes a tree can undergo, each written into a draft: rows as they are now, rows of the past, and the journal. */
import type { Id } from '../../lib/ids.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import type { Draft } from './draft.ts';
import { type Change, type ChangedNode, type ChangeKind, eraKey, eraOf } from './journal.ts';
import { depthMax, numberedName } from './names.ts';
import {
  type Entry,
  type FileContent,
  folderEntriesMax,
  type NodeKind,
  type PastEntry,
  positionKey,
  type TrashEntry,
} from './node.ts';
import * as tables from './tables.ts';
import { childOf, type Folder, findFolder, findNode, folderPathOf, type Node, nodeIn } from './tree.ts';

export interface Actor {
  byId: Id;
}

export interface NewNode {
  id: Id;
  kind: NodeKind;
  name: string;
  content: FileContent | null;
  modifiedAtMs?: number | undefined;
}

/** One version's use of its content. */
export const useOf = (nodeId: Id, version: number): string => `version:${nodeId}:${positionKey(version)}`;

export const nameTaken = (name: string) =>
  new Refusal('conflict', `There is something called ${name} here already.`);

/** Adds a node under a free name. */
export async function add(draft: Draft, actor: Actor, folder: Folder, made: NewNode): Promise<Node> {
  if (await childOf(draft.view, folder.id, made.name)) throw nameTaken(made.name);
  checkDepth(folder, made.kind === 'folder' ? 1 : 0);
  const position = draft.nextPosition;
  const { id, kind, name, content } = made;
  const entry: Entry = {
    id,
    kind,
    name,
    content,
    version: content ? position : 0,
    modifiedAtMs: made.modifiedAtMs ?? draft.atMs,
    byId: actor.byId,
    createdAtMs: draft.atMs,
    from: position,
    fromMs: draft.atMs,
  };
  const node = nodeIn(folder, entry);
  await enter(draft, node);
  draft.numbers.nodes++;
  if (content) beginVersion(draft, entry);
  note(draft, actor, 'created', node);
  return node;
}

/** Gives a file another content: its next version. */
export async function update(
  draft: Draft,
  actor: Actor,
  node: Node,
  next: { content: FileContent; modifiedAtMs?: number | undefined },
): Promise<Node> {
  const position = draft.nextPosition;
  const entry: Entry = {
    ...node.entry,
    content: next.content,
    version: position,
    modifiedAtMs: next.modifiedAtMs ?? draft.atMs,
    byId: actor.byId,
    from: position,
    fromMs: draft.atMs,
  };
  await endSpan(draft, node);
  draft.view.put(tables.folderEntries, [node.place.parentId, node.place.nameKey], entry);
  beginVersion(draft, entry);
  const updated = { ...node, entry };
  note(draft, actor, 'updated', updated);
  return updated;
}

/** Moves a node to a folder and a clean name, from wherever it is, also from the trash or from within. */
export async function move(
  draft: Draft,
  actor: Actor,
  node: Node,
  to: { folder: Folder; name: string },
): Promise<Node> {
  const { folder, name } = to;
  if (folder.trail.includes(node.entry.id)) throw invalid('parentId', 'A folder cannot go into itself.');
  const there = await childOf(draft.view, folder.id, name);
  if (there && there.id !== node.entry.id) throw nameTaken(name);
  if (node.entry.kind === 'folder' && folder.trail.length > node.trail.length) {
    checkDepth(folder, await heightOf(draft, node));
  }
  await leave(draft, node);
  const position = draft.nextPosition;
  const { id, kind, content, version, modifiedAtMs, byId, createdAtMs } = node.entry;
  const entry: Entry = {
    id,
    kind,
    name,
    content,
    version,
    modifiedAtMs,
    byId,
    createdAtMs,
    from: position,
    fromMs: draft.atMs,
  };
  const moved = nodeIn(folder, entry);
  await enter(draft, moved);
  note(draft, actor, node.isTrashed ? 'restored' : 'moved', moved, node);
  return moved;
}

/** Puts a node into the trash, with all that is below it. Answers the position of its trash entry. */
export async function trash(draft: Draft, actor: Actor, node: Node): Promise<number> {
  const folderPath = await folderPathOf(draft.view, node.trail);
  await leave(draft, node);
  const position = draft.nextPosition;
  const entry: TrashEntry = {
    ...node.entry,
    parentId: node.place.parentId,
    folderPath,
    deletedById: actor.byId,
    from: position,
    fromMs: draft.atMs,
  };
  draft.view.put(tables.fileTrash, [draft.driveId, positionKey(position)], entry);
  const place = await draft.view.get(tables.fileNodes, [entry.id]);
  draft.view.put(tables.fileNodes, [entry.id], { ...node.place, ...place, trashedAt: position });
  note(draft, actor, 'deleted', node);
  return position;
}

/** Takes a node out of the trash for good. What it holds is cleared away later. */
export async function purge(draft: Draft, actor: Actor, position: number): Promise<void> {
  const key = [draft.driveId, positionKey(position)];
  const entry = await draft.view.get(tables.fileTrash, key);
  const place = entry && (await draft.view.get(tables.fileNodes, [entry.id]));
  if (!entry || !place) throw notFound();
  draft.view.remove(tables.fileTrash, key);
  draft.view.put(tables.fileNodes, [entry.id], { ...place, isPurged: true });
  draft.view.put(tables.filePurges, key, { nodeId: entry.id });
  draft.change({ kind: 'purged', byId: actor.byId, node: changedNode(entry), trail: [] });
}

/** A name like the given one that is free in a folder. */
export async function freeName(draft: Draft, folderId: Id, name: string): Promise<string> {
  let free = name;
  for (let number = 2; await childOf(draft.view, folderId, free); number++) {
    free = numberedName(name, number < 100 ? number : number + draft.nextPosition);
  }
  return free;
}

/** A folder as it is in this draft; refuses where it is gone. */
export async function requireFolder(draft: Draft, id: Id): Promise<Folder> {
  const folder = await findFolder(draft.view, draft.driveId, id);
  if (!folder) throw notFound();
  return folder;
}

/** A node as it is in this draft, not in the trash. */
export async function requireLive(draft: Draft, id: Id): Promise<Node> {
  const node = await findNode(draft.view, draft.driveId, id);
  if (!node || node.isTrashed) throw notFound();
  return node;
}

function beginVersion(draft: Draft, { id, version, content }: Entry): void {
  draft.numbers.usedBytes += content!.sizeBytes;
  draft.use(content!.id, useOf(id, version));
}

/** Writes a node into its folder. */
async function enter(draft: Draft, { entry, place }: Node): Promise<void> {
  await count(draft, place.parentId, 1);
  draft.view.put(tables.folderEntries, [place.parentId, place.nameKey], entry);
  const former = await draft.view.get(tables.fileNodes, [entry.id]);
  const { trashedAt: _, ...kept } = former ?? place;
  draft.view.put(tables.fileNodes, [entry.id], { ...kept, ...place });
}

/** Takes a node out of its folder or the trash, keeping how it stood there. */
async function leave(draft: Draft, node: Node): Promise<void> {
  const { place } = node;
  if (place.trashedAt !== undefined) {
    draft.view.remove(tables.fileTrash, [draft.driveId, positionKey(place.trashedAt)]);
    return;
  }
  await endSpan(draft, node);
  draft.view.remove(tables.folderEntries, [place.parentId, place.nameKey]);
  await count(draft, place.parentId, -1);
}

/** Keeps how a node stood in its folder up to now. */
async function endSpan(draft: Draft, { entry, place }: Node): Promise<void> {
  const until = draft.nextPosition;
  const past: PastEntry = { ...entry, parentId: place.parentId, until, untilMs: draft.atMs };
  const era = eraOf(until);
  const from = positionKey(entry.from);
  draft.view.put(tables.pastEntries, [place.parentId, eraKey(era), place.nameKey, from], past);
  draft.view.put(tables.nodePasts, [entry.id, from], past);
  const folder = await folderPlace(draft, place.parentId);
  if (folder.era === era) return;
  draft.view.put(tables.pastEras, [place.parentId, eraKey(era)], {});
  draft.view.put(tables.fileNodes, [place.parentId], { ...folder, era });
}

async function count(draft: Draft, folderId: Id, change: number): Promise<void> {
  const folder = await folderPlace(draft, folderId);
  const entries = (folder.entries ?? 0) + change;
  if (change > 0 && entries > folderEntriesMax) {
    throw invalid('parentId', `A folder holds at most ${folderEntriesMax} files and folders.`);
  }
  draft.view.put(tables.fileNodes, [folderId], { ...folder, entries });
}

/** A root has a row of its own for what is counted of it. */
async function folderPlace({ view, driveId }: Draft, id: Id) {
  return (
    (await view.get(tables.fileNodes, [id])) ?? {
      driveId,
      kind: 'folder' as const,
      parentId: driveId,
      nameKey: '',
    }
  );
}

function checkDepth(folder: Folder, height: number): void {
  if (folder.trail.length + height > depthMax) {
    throw invalid('parentId', `Folders lie at most ${depthMax} deep.`);
  }
}

/** Folders looked at to find how deep one goes; a larger tree is moved as it is, and takes nothing deeper. */
const heightFoldersMax = 200;

/** How many levels of folders a folder holds, itself included. */
async function heightOf({ view }: Draft, node: Node): Promise<number> {
  let level = [node.entry.id];
  let looked = 0;
  for (let height = 1; ; height++) {
    const below: Id[] = [];
    for (const id of level) {
      let after: string | undefined;
      do {
        const rows = await view.list(tables.folderEntries, [id], { after, limit: 900 });
        below.push(...rows.flatMap(({ value }) => (value.kind === 'folder' ? [value.id] : [])));
        after = rows.length === 900 ? rows.at(-1)!.key[1] : undefined;
      } while (after !== undefined && looked++ < heightFoldersMax);
      if (looked++ > heightFoldersMax) return height;
    }
    if (below.length === 0) return height;
    level = below;
  }
}

function note(draft: Draft, { byId }: Actor, kind: ChangeKind, node: Node, former?: Node): void {
  const change: Change = { kind, byId, node: changedNode(node.entry), trail: node.trail };
  if (former && kind === 'moved') change.formerTrail = former.trail;
  draft.change(change);
}

const changedNode = (entry: Entry): ChangedNode => {
  const { id, kind, name, content, version, modifiedAtMs, createdAtMs } = entry;
  return { id, kind, name, content, version, modifiedAtMs, createdAtMs };
};
