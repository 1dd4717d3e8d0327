import type { Id } from '../../lib/ids.ts';

/** A write of a commit, as the head remembers it. */
export interface Effect {
  table: string;
  key: string[];
  /** Null: removed. */
  value: object | null;
}

/**
 * The head of a drive's journal. Every commit replaces it, expecting the one it was based on: so the changes of a
 * drive are in one order.
 *
 * What a commit writes elsewhere follows surely, but perhaps a moment later. So the head carries the writes of the
 * newest commit, in a row beside it: whoever reads lays them over what is stored, and whoever writes next makes sure first
 * that they are.
 */
export interface DriveHead {
  ownerId: Id;
  /** Of the newest change. */
  position: number;
  /** When; never steps back. */
  atMs: number;
  /** What current and kept versions take, each counted whole. */
  usedBytes: number;
  /** Files and folders, those in the trash included. */
  nodes: number;
  /** How many snapshots there are. */
  snapshots: number;
  /** Changes up to here have been looked at for what need not be kept. */
  tendedTo: number;
}

/** Beside each head, replaced with it: so it has the head's version. */
export interface DriveEffects {
  /** Of the newest commit, in JSON: only who does not know them to be stored looks into them. */
  effects: string;
}

export const effectsOf = (row: DriveEffects): Effect[] => JSON.parse(row.effects);

export const emptyHead = (ownerId: Id): DriveHead => ({
  ownerId,
  position: 0,
  atMs: 0,
  usedBytes: 0,
  nodes: 0,
  snapshots: 0,
  tendedTo: 0,
});
