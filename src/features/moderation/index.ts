import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import type { ModerationDeps } from './context.ts';
import { createReport, type NewReport } from './create-report.ts';
import { eraseReportsOf } from './erase-reports.ts';
import { listReports, type ReportView, viewReport } from './list-reports.ts';
import type { Report } from './report.ts';
import { type NewResolution, resolveReport } from './resolve-report.ts';
import type { ReportEvent } from './tables.ts';

export type { ModerationDeps } from './context.ts';
export type { NewReport } from './create-report.ts';
export type { ReportView } from './list-reports.ts';
export { type Report, type ReportReason, reportReasons, resolutionActions } from './report.ts';
export type { NewResolution } from './resolve-report.ts';

/** Reports and what administrators do about them. Each operation's file says what it does and refuses. */
export interface Moderation {
  report(
    principal: Principal,
    input: NewReport,
    claim?: IdempotencyClaim,
  ): Promise<{ report: Report; isNew: boolean }>;
  list(
    principal: Principal,
    page: { state: 'open' | 'resolved'; limit: number; cursor?: string | undefined },
  ): Promise<{ items: ReportView[]; nextCursor: string | null }>;
  view(principal: Principal, id: Id): Promise<ReportView & { history: ReportEvent[] }>;
  resolve(principal: Principal, id: Id, resolution: NewResolution): Promise<Report>;
  /** For janitors: see erase-reports.ts. */
  eraseOf(userId: Id): Promise<boolean>;
}

export function createModeration(deps: ModerationDeps): Moderation {
  return {
    report: (principal, input, claim) => createReport(deps, principal, input, claim),
    list: (principal, page) => listReports(deps, principal, page),
    view: (principal, id) => viewReport(deps, principal, id),
    resolve: (principal, id, resolution) => resolveReport(deps, principal, id, resolution),
    eraseOf: (userId) => eraseReportsOf(deps, userId),
  };
}

/** Hint: `report.changed` {reportId}, key the report's id. */
export type ModerationHintKind = 'report.changed';
