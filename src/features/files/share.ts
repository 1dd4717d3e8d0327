import type { Id } from '../../lib/ids.ts';

export const sharedRoles = ['viewer', 'editor'] as const;
export type SharedRole = (typeof sharedRoles)[number];
/** `uploader`: may put files into a folder and sees nothing of it. */
export const linkRoles = ['viewer', 'editor', 'uploader'] as const;
export type LinkRole = (typeof linkRoles)[number];

/** What one person may do with a node and all below it. */
export interface Grant {
  driveId: Id;
  role: SharedRole;
  createdAtMs: number;
}

/** An address that opens a node and all below it to whoever has it. */
export interface Link {
  driveId: Id;
  nodeId: Id;
  role: LinkRole;
  passwordHash: string | null;
  expiresAtMs: number | null;
  /** Further downloads are refused; null: without end. */
  downloadsMax: number | null;
  createdAtMs: number;
}

/** Of one node. */
export const grantsMax = 500;
export const linksMax = 100;
