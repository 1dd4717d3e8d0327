import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { type ShortUser, shortUser } from '../accounts/index.ts';
import { checkAdmin, type ModerationDeps } from './context.ts';
import { requireReport } from './create-report.ts';
import { type Report, stateOf } from './report.ts';
import { type ReportEvent, reportHistory, reports, reportsByState } from './tables.ts';

/** A report with what a moderator needs to judge it. */
export interface ReportView {
  report: Report;
  reporter: ShortUser | null;
  owner: ShortUser | null;
  /** The words of a post or comment as they are now, whoever may see them; null where they are gone. */
  text: string | null;
}

/** Open ones by default, those that wait longest first; settled ones newest first. */
export async function listReports(
  deps: ModerationDeps,
  principal: Principal,
  { state, limit, cursor }: { state: 'open' | 'resolved'; limit: number; cursor?: string | undefined },
): Promise<{ items: ReportView[]; nextCursor: string | null }> {
  checkAdmin(principal);
  const cursorKind = `reports-${state}`;
  const reverse = state === 'resolved';
  const { items, next } = await fillPage({
    limit,
    from: decodeCursor(cursorKind, cursor, 1)?.[0],
    read: (from, count) =>
      deps.records.list(reportsByState, [state], {
        reverse,
        ...(reverse ? { before: from } : { after: from }),
        limit: count,
      }),
    async show(rows) {
      const found = await deps.records.getMany(
        reports,
        rows.map(({ key }) => [key[1]!]),
      );
      return found.map((row): Report | undefined => {
        const report = row && { id: row.key[0]!, ...row.value };
        return report && stateOf(report) === state ? report : undefined;
      });
    },
    keyOf: ({ key }) => key[1]!,
  });
  return {
    items: await viewsOf(deps, items),
    nextCursor: next === null ? null : encodeCursor(cursorKind, [next]),
  };
}

const historyShownMax = 100;

export async function viewReport(
  deps: ModerationDeps,
  principal: Principal,
  id: Id,
): Promise<ReportView & { history: ReportEvent[] }> {
  checkAdmin(principal);
  const report = await requireReport(deps, id);
  const [[view], events] = await Promise.all([
    viewsOf(deps, [report]),
    deps.records.list(reportHistory, [id], { limit: historyShownMax }),
  ]);
  return { ...view!, history: events.map(({ value }) => value) };
}

async function viewsOf(
  { accounts, posts, comments }: ModerationDeps,
  listed: readonly Report[],
): Promise<ReportView[]> {
  const idsOf = (kind: Report['subject']['kind']) =>
    listed.flatMap(({ subject }) => (subject.kind === kind ? [subject.id] : []));
  const [people, foundPosts, foundComments] = await Promise.all([
    accounts.getMany(listed.flatMap(({ reporterId, ownerId }) => [reporterId, ownerId])),
    posts.getMany(idsOf('post')),
    comments.byIds(idsOf('comment')),
  ]);
  const texts = new Map<Id, string>();
  for (const post of foundPosts) {
    if (!post || post.deletedAtMs !== null) continue;
    texts.set(post.id, [post.title, post.text, post.description].filter((part) => part !== '').join('\n\n'));
  }
  for (const comment of foundComments) {
    if (comment && comment.deletedAtMs === null) texts.set(comment.id, comment.text);
  }
  return listed.map((report, i) => {
    const [reporter, owner] = [people[2 * i], people[2 * i + 1]];
    return {
      report,
      reporter: reporter ? shortUser(reporter) : null,
      owner: owner ? shortUser(owner) : null,
      text: texts.get(report.subject.id) ?? null,
    };
  });
}
