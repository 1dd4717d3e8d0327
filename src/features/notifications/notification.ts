import type { Id } from '../../lib/ids.ts';
import type { ReactionKind } from '../posts/index.ts';

/**
 * What happened. The subject of a group is a post for `like`, `comment` and `mention`, one's own comment for
 * `reply`, the file or folder for `file-share`, and nothing for the rest, so that all new followers share one group.
 */
export const notificationKinds = [
  'like',
  'comment',
  'reply',
  'mention',
  'follow',
  'follow-request',
  'request-accepted',
  'file-share',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

/** One thing somebody did. A person may stand in a group several times, with several comments. */
export interface Entry {
  actorId: Id;
  commentId: Id | null;
  reaction: ReactionKind | null;
  /** When it was done, by the truth it comes from. */
  atMs: number;
}

export interface Group {
  kind: NotificationKind;
  subject: string;
  /** The post it is about, if any. */
  postId: Id | null;
  /** Newest last; at most `entriesMax`. */
  entries: Entry[];
  /** More happened than `entries` holds; the count is then a lower bound. */
  hasMore: boolean;
  /** Its place in the reader's list, newest addition first; also the id outside. */
  position: Id;
  createdAtMs: number;
  updatedAtMs: number;
}

/** People named in one notification. */
export const actorsShownMax = 3;
/** A group counts exactly to this, then stands still until it is read and a new one begins. */
export const entriesMax = 200;
/** Groups kept on one subject, the newest and read ones before it; the oldest goes as a further one begins. */
export const generationsMax = 4;
/** Kept for one person; the oldest go as new ones come. */
export const keptMax = 1000;
export const excerptCharactersMax = 120;

export const groupKey = (kind: NotificationKind, subject: string): string => `${kind}:${subject}`;

/** One thing to make true in one reader's list. */
export type Change =
  | {
      what: 'entry';
      kind: NotificationKind;
      subject: string;
      actorId: Id;
      commentId: Id | null;
      /** Null: it is no longer so, or never was. */
      truth: { atMs: number; postId: Id | null; reaction: ReactionKind | null } | null;
    }
  /** The subject is gone. */
  | { what: 'drop-groups'; kind: NotificationKind; subject: string }
  /** Named groups, by the id they are kept under, if they still hold exactly what was seen. */
  | { what: 'drop-seen'; groupId: Id; position: Id };
