import type { Id } from '../../lib/ids.ts';
import { type Write, write } from '../../ports/records/records.ts';
import { type ModerationDeps, reportHint } from './context.ts';
import { reportHistory, reports, reportsByReporter } from './tables.ts';

const erasedMax = 50;
const historyMax = 60;

/**
 * Takes a person's words out of the reports they made, so many a call at most; true when none is left. That
 * something was reported, and what was done about it, stays.
 */
export async function eraseReportsOf(deps: ModerationDeps, userId: Id): Promise<boolean> {
  const { records } = deps;
  const rows = await records.list(reportsByReporter, [userId], { limit: erasedMax });
  for (const { key, value, version } of rows) {
    const { reportId } = value;
    const row = await records.get(reports, [reportId]);
    if (row && row.value.note !== '') {
      const events = await records.list(reportHistory, [reportId], { limit: historyMax });
      const then = events
        .filter((event) => event.value.byId === userId && event.value.note !== '')
        .map((event): Write => write.put(reportHistory, event.key, { ...event.value, note: '' }));
      const decide = [write.replace(reports, [reportId], { ...row.value, note: '' }, row.version)];
      const result = await records.commit({ decide, then, hints: [reportHint(reportId)] });
      if (!result.ok) return false;
    }
    await records.commit({
      decide: [write.remove(reportsByReporter, key, version)],
      hints: [reportHint(reportId)],
    });
  }
  return rows.length < erasedMax;
}
