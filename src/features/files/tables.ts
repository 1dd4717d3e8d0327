import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { DriveEffects, DriveHead } from './drive-head.ts';
import type { JournalEntry } from './journal.ts';
import type { Entry, NodePlace, PastEntry, TrashEntry } from './node.ts';
import type { Grant, Link } from './share.ts';
import type { Snapshot } from './snapshot.ts';

/** The head of each drive's journal: every change of a drive is decided here. */
export const drives = defineTable<DriveHead>('drives', { partition: ['drive_id'] });

/** What the newest commit of each drive wrote elsewhere. Replaced with the head. */
export const driveEffects = defineTable<DriveEffects>('drive_effects', { partition: ['drive_id'] });

/** Which process asked the others to wait for it, and which of its turns that is. */
export const driveTurns = defineTable<{ of: string; nth: number }>('drive_turns', {
  partition: ['drive_id'],
  kind: 'plain',
});

/** What happened in a drive, one row a commit under its last position, in stretches of `stretchPositions`. */
export const fileJournal = defineTable<JournalEntry>('file_journal', {
  partition: ['drive_id', 'stretch'],
  clustering: ['position'],
  kind: 'plain',
});

/** Where each node lies. */
export const fileNodes = defineTable<NodePlace>('file_nodes', { partition: ['node_id'], kind: 'plain' });

/** What a folder holds now, at most `folderEntriesMax`. */
export const folderEntries = defineTable<Entry>('folder_entries', {
  partition: ['folder_id'],
  clustering: ['name_key'],
  kind: 'plain',
});

/** What a folder held, by the era in which it ceased to: a partition holds what one era's positions ended. */
export const pastEntries = defineTable<PastEntry>('past_entries', {
  partition: ['folder_id', 'era'],
  clustering: ['name_key', 'from_position'],
  kind: 'plain',
});

/** The eras in which something in a folder ended. */
export const pastEras = defineTable<object>('past_eras', {
  partition: ['folder_id'],
  clustering: ['era'],
  kind: 'plain',
});

/** The same as `past_entries`, by node: its earlier versions and places. */
export const nodePasts = defineTable<PastEntry>('node_pasts', {
  partition: ['node_id'],
  clustering: ['from_position'],
  kind: 'plain',
});

/** What was deleted and can be put back. */
export const fileTrash = defineTable<TrashEntry>('file_trash', {
  partition: ['drive_id'],
  clustering: ['position'],
  kind: 'plain',
});

/** What was deleted for good and is not cleared away yet. */
export const filePurges = defineTable<{ nodeId: Id }>('file_purges', {
  partition: ['drive_id'],
  clustering: ['position'],
  kind: 'plain',
});

/** Moments of a whole drive that are kept, at most `snapshotsMax`. */
export const fileSnapshots = defineTable<Snapshot>('file_snapshots', {
  partition: ['drive_id'],
  clustering: ['snapshot_id'],
  kind: 'plain',
});

/** Who may see or change a node and what is below it, at most `grantsMax`. */
export const fileGrants = defineTable<Grant>('file_grants', {
  partition: ['node_id'],
  clustering: ['user_id'],
});

/** What others share with a person, by the node. */
export const filesSharedWith = defineTable<{ driveId: Id; atMs: number }>('files_shared_with', {
  partition: ['user_id'],
  clustering: ['node_id'],
  kind: 'plain',
});

/** What of a drive is shared, and with whom. */
export const fileGrantsByDrive = defineTable<object>('file_grants_by_drive', {
  partition: ['drive_id'],
  clustering: ['node_id', 'user_id'],
  kind: 'plain',
});

/** The truth about each link. */
export const fileLinks = defineTable<Link>('file_links', { partition: ['link_id'] });

/** The links of a node, at most `linksMax`. */
export const fileLinksByNode = defineTable<object>('file_links_by_node', {
  partition: ['node_id'],
  clustering: ['link_id'],
  kind: 'plain',
});

/** `downloads`: how often something was fetched by a link. */
export const fileLinkCounts = defineTable<{ downloads?: number }>('file_link_counts', {
  partition: ['link_id'],
  kind: 'counter',
});
