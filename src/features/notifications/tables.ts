import type { Id } from '../../lib/ids.ts';
import { defineTable, type Table } from '../../ports/records/records.ts';
import type { Group } from './notification.ts';

/** One row for each reader, replaced by every change of the list: what serialises them. */
export interface ReaderState {
  /** Everything at or below this position is read; empty before the first time. */
  readUpTo: Id | '';
  /** The highest position ever given. */
  top: Id | '';
  /** Groups above `readUpTo`. Exact. */
  unread: number;
  kept: number;
  /** Whatever happened up to then and is not in the list has been pushed out of it. */
  floorAtMs: number;
}

/**
 * Everything about one reader's notifications, in sections of one partition so that one commit decides it:
 * - `state`: key empty, a `ReaderState`;
 * - `group`: by the id it was born with, the group;
 * - `place`: by position, which group stands there;
 * - `subject`: by kind and subject, the groups on it, newest first.
 */
export const notifications = defineTable<ReaderState | Group | Place | SubjectGroups>('notifications', {
  partition: ['reader_id'],
  clustering: ['section', 'key'],
  // Bounded, but decided by itself: it need not take turns with all else that is decided about the reader.
  wide: true,
});

export interface Place {
  groupId: Id;
}

export interface SubjectGroups {
  groupIds: Id[];
}

export const stateKey = (readerId: Id) => [readerId, 'state', ''] as const;
export const groupRowKey = (readerId: Id, groupId: Id) => [readerId, 'group', groupId] as const;
export const placeKey = (readerId: Id, position: Id) => [readerId, 'place', position] as const;
export const subjectKey = (readerId: Id, key: string) => [readerId, 'subject', key] as const;

export const newState: ReaderState = { readUpTo: '', top: '', unread: 0, kept: 0, floorAtMs: 0 };

/**
 * Whom a text mentioned, so that an edit which drops a name takes its notification away. Written before
 * anybody is notified and narrowed after: it always names everyone who might have been.
 */
export const mentionedReaders = defineTable<{ readerIds: Id[] }>('notification_mentions', {
  partition: ['source_id'],
  kind: 'plain',
});

/** All of this feature's tables, for the engine that holds them. */
export const notificationTables: readonly Table<object>[] = [notifications, mentionedReaders];
