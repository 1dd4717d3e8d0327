import type { Id, IdSource } from '../../lib/ids.ts';
import { isId } from '../../lib/ids.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { PasswordHasher } from '../accounts/index.ts';
import type { Contents } from '../contents/index.ts';
import type { Access, Need, Reach, Who } from './access.ts';
import type { Draft } from './draft.ts';
import { type DriveHead, effectsOf, emptyHead } from './drive-head.ts';
import type { DriveWriter } from './drive-writer.ts';
import { requireFolder, requireLive } from './edits.ts';
import type { Entry } from './node.ts';
import { type DriveView, Overlay, storedView } from './overlay.ts';
import { driveEffects, drives, fileNodes } from './tables.ts';
import { type Folder, findFolder, findNode, type Node } from './tree.ts';

export interface FilesSettings {
  /** What one person's files may take, versions included. */
  quotaBytes: number;
}

export interface FilesDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  contents: Pick<Contents, 'useWrites' | 'endUseWrites' | 'describe' | 'hold'>;
  settings: FilesSettings;
  /** Whether what this person shares reaches that one (null: anybody with a link). */
  reaches: (ownerId: Id, userId: Id | null) => Promise<boolean>;
  /** Hashes the passwords of links. */
  passwords: Pick<PasswordHasher, 'hash' | 'verify'>;
  /** Signs the addresses of links. */
  linksKey: Uint8Array;
  /** What else counts against a person's quota. */
  otherBytesOf?: ((ownerId: Id) => Promise<number>) | undefined;
}

/** What the operations of this feature share. */
export interface FilesContext extends FilesDeps {
  writer: DriveWriter;
  access: Access;
}

/** A node as somebody may see it. The root has no entry. */
export interface ShownNode {
  id: Id;
  driveId: Id;
  /** Null where it is not for who asks, and for the root. */
  parentId: Id | null;
  entry: Entry | null;
  reach: Reach;
  /** The folders above it from the drive's root on, also those that are not for who asks: never to be told. */
  aboveIds: readonly Id[];
}

export interface Drive {
  id: Id;
  head: DriveHead;
  view: DriveView;
}

/** A drive as its head has it. A drive that nothing was put into yet has no row. */
export async function openDrive(
  { records, writer }: Pick<FilesContext, 'records'> & { writer?: DriveWriter },
  driveId: Id,
): Promise<Drive> {
  const row = await records.get(drives, [driveId]);
  const stored = storedView(records);
  if (!row) return { id: driveId, head: emptyHead(driveId), view: stored };
  const beside = writer?.isStored(driveId, row.version)
    ? undefined
    : await records.get(driveEffects, [driveId]);
  const view = beside ? new Overlay(stored, effectsOf(beside.value)) : stored;
  return { id: driveId, head: row.value, view };
}

/** The drive a node lies in; that may be read only as far as the node itself is shown. */
export async function driveOf({ records }: FilesDeps, who: Who, id: string): Promise<Id> {
  if (!isId(id)) throw notFound();
  if ('userId' in who && who.userId === id) return id;
  if ('linkId' in who) return who.driveId;
  const place = await records.get(fileNodes, [id]);
  // One of one's own drive may be too new to be found without it.
  return place?.value.driveId ?? who.userId;
}

export const idsOf = (found: Folder | Node): Id[] =>
  'entry' in found ? [...found.trail, found.entry.id] : found.trail;

/** A node or root, live and shown to who asks. */
export async function requireShown(
  context: FilesContext,
  who: Who,
  need: Need,
  id: string,
): Promise<{ drive: Drive; found: Node | Folder; reach: Reach }> {
  const drive = await openDrive(context, await driveOf(context, who, id));
  const found = await findLive(drive.view, drive.id, id);
  if (!found) throw notFound();
  return { drive, found, reach: await context.access.require(who, need, drive.id, idsOf(found)) };
}

/** A node or root; undefined where it is none, or lies in the trash. */
export async function findLive(view: DriveView, driveId: Id, id: Id): Promise<Node | Folder | undefined> {
  if (id === driveId) return findFolder(view, driveId, id);
  const node = await findNode(view, driveId, id);
  return node?.isTrashed ? undefined : node;
}

/** The same in a draft: what was allowed before may have been moved away since. */
export async function requireEditable(
  { access }: FilesContext,
  draft: Draft,
  who: Who,
  need: Need,
  id: Id,
): Promise<Node> {
  const node = await requireLive(draft, id);
  await access.require(who, need, draft.driveId, idsOf(node));
  return node;
}

export async function requireEditableFolder(
  { access }: FilesContext,
  draft: Draft,
  who: Who,
  need: Need,
  id: Id,
): Promise<Folder> {
  const folder = await requireFolder(draft, id);
  await access.require(who, need, draft.driveId, folder.trail);
  return folder;
}

export function shownNode(found: Node | Folder, reach: Reach): ShownNode {
  const node = 'entry' in found ? found : found.node;
  const { driveId } = found;
  if (!node) return { id: driveId, driveId, parentId: null, entry: null, reach, aboveIds: [] };
  const parentId = reach.topId === node.entry.id ? null : node.place.parentId;
  return { id: node.entry.id, driveId, parentId, entry: node.entry, reach, aboveIds: node.trail };
}

/** Something was changed meanwhile: what is there now comes with the refusal. */
export class StaleBase extends Refusal {
  readonly found: ShownNode | null;
  constructor(message: string, found: ShownNode | null) {
    super('conflict', message);
    this.found = found;
  }
}
