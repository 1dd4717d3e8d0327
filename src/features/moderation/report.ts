import type { Id } from '../../lib/ids.ts';

export const reportReasons = [
  'spam',
  'harassment',
  'hate',
  'violence',
  'nudity',
  'self-harm',
  'false-information',
  'illegal',
  'other',
] as const;
export type ReportReason = (typeof reportReasons)[number];

export const resolutionActions = ['dismiss', 'remove-post', 'remove-comment', 'deactivate-account'] as const;
export type ResolutionAction = (typeof resolutionActions)[number];

export const subjectKinds = ['post', 'comment', 'user'] as const;
export interface Subject {
  kind: (typeof subjectKinds)[number];
  id: Id;
}

export interface Resolution {
  action: ResolutionAction;
  note: string;
  byId: Id;
  atMs: number;
}

export interface Report {
  id: Id;
  reporterId: Id;
  subject: Subject;
  /** Who answers for the subject: its author, or the account itself. */
  ownerId: Id;
  reason: ReportReason;
  note: string;
  createdAtMs: number;
  /** Null while it is open. */
  resolution: Resolution | null;
}

export const noteBytesMax = 2000;

export const subjectKey = ({ kind, id }: Subject): string => `${kind}:${id}`;
export const stateOf = ({ resolution }: Pick<Report, 'resolution'>) => (resolution ? 'resolved' : 'open');
