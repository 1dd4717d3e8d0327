import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { Report } from './report.ts';

export const reports = defineTable<Omit<Report, 'id'>>('reports', { partition: ['id'] });

/** One report a person and subject. `subject` is `post:<id>` and the like. */
export const reportsByReporter = defineTable<{ reportId: Id }>('reports_by_reporter', {
  partition: ['reporter_id'],
  clustering: ['subject'],
});

export const reportsByState = defineTable<Record<string, never>>('reports_by_state', {
  partition: ['state'],
  clustering: ['report_id'],
  kind: 'plain',
  wide: true,
});

export const reportsBySubject = defineTable<Record<string, never>>('reports_by_subject', {
  partition: ['subject'],
  clustering: ['report_id'],
  kind: 'plain',
  wide: true,
});

export interface ReportEvent {
  what: 'reported' | 'reported-again' | 'dismiss' | 'remove-post' | 'remove-comment' | 'deactivate-account';
  byId: Id;
  note: string;
  atMs: number;
}

/** Who did what about a report; nothing here is ever changed. */
export const reportHistory = defineTable<ReportEvent>('report_history', {
  partition: ['report_id'],
  clustering: ['entry_id'],
  kind: 'plain',
});
