import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { write } from '../../ports/records/records.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import {
  commitAttemptsMax,
  historyWrite,
  type ModerationDeps,
  reportCountWrites,
  reportHint,
} from './context.ts';
import { noteBytesMax, type Report, type ReportReason, type Subject, stateOf, subjectKey } from './report.ts';
import { reports, reportsByReporter, reportsByState, reportsBySubject } from './tables.ts';

export interface NewReport {
  postId?: Id | undefined;
  commentId?: Id | undefined;
  /** An id, or `@username`. */
  userId?: string | undefined;
  reason: ReportReason;
  note?: string | undefined;
}

/** A report that was settled this long ago is opened again when its reporter sends it again. */
const reopenAfterMs = 86_400_000;

/** Tells moderators of a post, a comment or an account. One report a person and subject: again is the same one. */
export async function createReport(
  deps: ModerationDeps,
  principal: Principal,
  input: NewReport,
  claim?: IdempotencyClaim,
): Promise<{ report: Report; isNew: boolean }> {
  const rules = { field: 'note', bytesMax: noteBytesMax, multiline: true };
  const note = cleanText(input.note ?? '', rules);
  const { subject, ownerId } = await findSubject(deps, principal, input);
  if (ownerId === principal.userId) throw invalid(`${subject.kind}Id`, 'This is your own.');
  const report: Report = {
    id: deps.ids.next(),
    reporterId: principal.userId,
    subject,
    ownerId,
    reason: input.reason,
    note,
    createdAtMs: deps.clock.nowMs(),
    resolution: null,
  };
  const result = await commitReport(deps, report, claim);
  if (result.ok) return { report, isNew: true };
  const replayedId = replayedResult(result, claim);
  const earlierId = replayedId ?? (result.existing?.value as { reportId: Id } | undefined)?.reportId;
  if (earlierId === undefined) throw new Error('a report collided with nothing');
  if (replayedId !== undefined) return { report: await requireReport(deps, earlierId), isNew: true };
  return { report: await reportAgain(deps, earlierId, report), isNew: false };
}

async function findSubject(
  { posts, comments, accounts }: ModerationDeps,
  principal: Principal,
  { postId, commentId, userId }: NewReport,
): Promise<{ subject: Subject; ownerId: Id }> {
  if ([postId, commentId, userId].filter((id) => id !== undefined).length !== 1) {
    throw invalid('postId', 'Name one post, comment or account to report.');
  }
  if (postId !== undefined) {
    const { authorId } = await posts.requireVisibleCard(principal, postId);
    return { subject: { kind: 'post', id: postId }, ownerId: authorId };
  }
  if (commentId !== undefined) {
    const { authorId } = await comments.requireVisible(principal, commentId);
    return { subject: { kind: 'comment', id: commentId }, ownerId: authorId };
  }
  // Also where one blocks the other: that is when people have most reason to report.
  const account = await accounts.resolve(userId!);
  if (!account) throw notFound();
  return { subject: { kind: 'user', id: account.id }, ownerId: account.id };
}

function commitReport(deps: ModerationDeps, report: Report, claim: IdempotencyClaim | undefined) {
  const { id, reporterId, subject, note, createdAtMs } = report;
  const then = [
    write.put(reportsByState, [stateOf(report), id], {}),
    write.put(reportsBySubject, [subjectKey(subject), id], {}),
    historyWrite(deps, id, { what: 'reported', byId: reporterId, note, atMs: createdAtMs }),
    ...reportCountWrites(subject, 1),
  ];
  return deps.records.commit({
    claims: [
      ...claimWrites(claim, id, createdAtMs),
      write.insert(reportsByReporter, [reporterId, subjectKey(subject)], { reportId: id }),
    ],
    decide: [write.insert(reports, [id], rowOf(report))],
    then,
    hints: [reportHint(id)],
  });
}

export const rowOf = ({ id: _id, ...row }: Report) => row;

export async function requireReport({ records }: ModerationDeps, id: Id): Promise<Report> {
  const row = await records.get(reports, [id]);
  if (!row) throw notFound();
  return { id, ...row.value };
}

/** The earlier report as it is; opened again, with the new words, if it was dismissed a while ago. */
async function reportAgain(deps: ModerationDeps, id: Id, { reason, note }: Report): Promise<Report> {
  for (let attempt = 0; attempt < commitAttemptsMax; attempt++) {
    const row = await deps.records.get(reports, [id]);
    if (!row) throw notFound();
    const before: Report = { id, ...row.value };
    const nowMs = deps.clock.nowMs();
    const { resolution } = before;
    if (resolution?.action !== 'dismiss' || nowMs - resolution.atMs < reopenAfterMs) return before;
    const after: Report = { ...before, reason, note, resolution: null };
    const then = [
      write.put(reportsByState, ['open', id], {}),
      write.remove(reportsByState, ['resolved', id]),
      historyWrite(deps, id, { what: 'reported-again', byId: after.reporterId, note, atMs: nowMs }),
      ...reportCountWrites(after.subject, 1),
    ];
    const result = await deps.records.commit({
      decide: [write.replace(reports, [id], rowOf(after), row.version)],
      then,
      hints: [reportHint(id)],
    });
    if (result.ok) return after;
  }
  throw new Refusal('conflict', 'This report is being changed elsewhere. Try again.');
}
