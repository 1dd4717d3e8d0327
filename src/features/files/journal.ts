import type { Id } from '../../lib/ids.ts';
import type { Entry } from './node.ts';

/**
 * `restored`: came back from the trash. `purged`: left the trash for good. The last two are about no node: then `node`
 * is null.
 */
export type ChangeKind =
  | 'created'
  | 'updated'
  | 'moved'
  | 'deleted'
  | 'restored'
  | 'purged'
  | 'snapshot-made'
  | 'snapshot-removed';

/** A node after a change; deleted, as it was before. */
export type ChangedNode = Pick<
  Entry,
  'id' | 'kind' | 'name' | 'content' | 'version' | 'modifiedAtMs' | 'createdAtMs'
>;

export interface Change {
  kind: ChangeKind;
  byId: Id;
  node: ChangedNode | null;
  /** The folders above it after the change (deleted: before), the root first. */
  trail: Id[];
  /** The folders above it before, where it moved. */
  formerTrail?: Id[];
}

/** Changes that were decided together. The last has the entry's position, those before it the positions before. */
export interface JournalEntry {
  atMs: number;
  changes: Change[];
}

/** So many positions lie in one partition of the journal. */
export const stretchPositions = 16_384;
/** So many positions may end entries in one partition of a folder's past. */
export const eraPositions = 65_536;

export const stretchOf = (position: number): string => String(Math.floor(position / stretchPositions));
export const eraOf = (position: number): number => Math.floor(position / eraPositions);
/** Eras as keys. */
export const eraKey = (era: number): string => String(era).padStart(9, '0');
