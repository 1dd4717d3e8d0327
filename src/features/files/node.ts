import { type Id, idFromNumber, idToNumber, isId } from '../../lib/ids.ts';

export type NodeKind = 'file' | 'folder';

/** The bytes of a version. */
export interface FileContent {
  id: Id;
  sizeBytes: number;
  /** Null until verified: then `contents` knows it. */
  sha256: string | null;
}

/** A node as it stands in one place, unchanged since `from`. */
export interface Entry {
  id: Id;
  kind: NodeKind;
  name: string;
  /** Of a file. */
  content: FileContent | null;
  /** The position that brought this content: what a version is called by. 0 for folders. */
  version: number;
  /** The client's word, where it gave one. */
  modifiedAtMs: number;
  /** Who brought this content, or made the folder. */
  byId: Id;
  createdAtMs: number;
  /** The position and time since which it stands so. */
  from: number;
  fromMs: number;
}

/** How a node stood until a position (exclusive). */
export interface PastEntry extends Entry {
  parentId: Id;
  until: number;
  untilMs: number;
}

/** A node that was deleted, everything below it included. */
export interface TrashEntry extends Entry {
  parentId: Id;
  /** The folders it lay in, for people. */
  folderPath: string;
  deletedById: Id;
}

/** Where a node lies: in a folder, under a name key, or in the trash, or nowhere for much longer. */
export interface NodePlace {
  driveId: Id;
  kind: NodeKind;
  parentId: Id;
  nameKey: string;
  /** The position of its trash entry. */
  trashedAt?: number;
  isPurged?: boolean;
  /** Of a folder: how many it holds. */
  entries?: number;
  /** Of a folder: the newest era noted in `past_eras`. */
  era?: number;
}

/** Of one folder. */
export const folderEntriesMax = 200_000;

/** Positions as keys: they sort as the numbers do. */
export const positionKey = (position: number): string => idFromNumber(position);
export const positionOf = (key: string): number => idToNumber(key);

/** How a version is called by clients. */
export const versionIdOf = positionKey;
/** Undefined for what names no version. */
export const versionOf = (versionId: string): number | undefined =>
  isId(versionId) ? idToNumber(versionId) : undefined;
