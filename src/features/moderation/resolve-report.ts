import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import { write } from '../../ports/records/records.ts';
import { checkAdmin, historyWrite, type ModerationDeps, reportCountWrites, reportHint } from './context.ts';
import { requireReport, rowOf } from './create-report.ts';
import { noteBytesMax, type Report, type Resolution, type ResolutionAction, subjectKey } from './report.ts';
import { reports, reportsByState, reportsBySubject } from './tables.ts';

/** Reports of one subject that are settled along with the first. */
const settledTogetherMax = 200;

export interface NewResolution {
  action: ResolutionAction;
  note?: string | undefined;
}

/**
 * Settles a report. What is done to the subject is done first: should the rest fail, the report stays open and
 * settling it again does no harm. Anything but a dismissal settles every open report of the subject.
 */
export async function resolveReport(
  deps: ModerationDeps,
  principal: Principal,
  id: Id,
  { action, note }: NewResolution,
): Promise<Report> {
  checkAdmin(principal);
  const rules = { field: 'note', bytesMax: noteBytesMax, multiline: true };
  const resolution: Resolution = {
    action,
    note: cleanText(note ?? '', rules),
    byId: principal.userId,
    atMs: deps.clock.nowMs(),
  };
  const report = await requireReport(deps, id);
  if (report.resolution) throw alreadySettled();
  await act(deps, principal, report, action);
  const settled = await settle(deps, id, resolution);
  if (!settled) throw alreadySettled();
  if (action !== 'dismiss') await settleOthers(deps, report, resolution);
  return settled;
}

const alreadySettled = () => new Refusal('conflict', 'This report has been settled already.');

async function act(
  { posts, comments, closeAccount }: ModerationDeps,
  principal: Principal,
  { subject, ownerId }: Report,
  action: ResolutionAction,
): Promise<void> {
  switch (action) {
    case 'dismiss':
      return;
    case 'deactivate-account':
      await closeAccount(principal, ownerId);
      return;
    case 'remove-post':
      if (subject.kind !== 'post') throw invalid('action', 'This report is not about a post.');
      await posts.delete(principal, subject.id).catch(ignoreGone);
      return;
    case 'remove-comment':
      if (subject.kind !== 'comment') throw invalid('action', 'This report is not about a comment.');
      await comments.erase(subject.id);
  }
}

/** Its author was quicker. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof Refusal && error.code === 'not-found')) throw error;
}

/** Undefined where it is settled already. */
async function settle(deps: ModerationDeps, id: Id, resolution: Resolution): Promise<Report | undefined> {
  const row = await deps.records.get(reports, [id]);
  if (!row || row.value.resolution) return undefined;
  const settled: Report = { id, ...row.value, resolution };
  const { action, note, byId, atMs } = resolution;
  const then = [
    write.remove(reportsByState, ['open', id]),
    write.put(reportsByState, ['resolved', id], {}),
    historyWrite(deps, id, { what: action, byId, note, atMs }),
    ...(action === 'dismiss' ? reportCountWrites(settled.subject, -1) : []),
  ];
  const result = await deps.records.commit({
    decide: [write.replace(reports, [id], rowOf(settled), row.version)],
    then,
    hints: [reportHint(id)],
  });
  return result.ok ? settled : undefined;
}

async function settleOthers(
  deps: ModerationDeps,
  { subject }: Report,
  resolution: Resolution,
): Promise<void> {
  const others = await deps.records.list(reportsBySubject, [subjectKey(subject)], {
    reverse: true,
    limit: settledTogetherMax,
  });
  for (const { key } of others) await settle(deps, key[1]!, resolution);
}
