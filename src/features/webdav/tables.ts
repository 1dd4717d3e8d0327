import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { Lock } from './lock.ts';

/** The locks in a drive, all in one row: so that one is taken only where none is in its way. */
export const davLocks = defineTable<{ locks: Lock[] }>('dav_locks', { partition: ['drive_id'] });

/** A property that a client gave a node: its value is XML. */
export interface DeadProperty {
  uri: string;
  local: string;
  language?: string;
  value: string;
}

/** The properties of a node, at most `propertiesMax` of them. */
export const davProperties = defineTable<{ properties: DeadProperty[]; driveId: Id; changedAtMs: number }>(
  'dav_properties',
  { partition: ['node_id'] },
);

/** Names under which shares were seen by a person, as digests, at most `shareNamesMax`: none ever means another share. */
export const davShareNames = defineTable<{ nodeId: Id }>('dav_share_names', {
  partition: ['user_id'],
  clustering: ['name_digest'],
});

/** Copies that are being made in a folder, under a name that has their id in it. */
export const davCopies = defineTable<{ driveId: Id; parentId: Id; startedAtMs: number }>('dav_copies', {
  partition: ['copy_id'],
});
