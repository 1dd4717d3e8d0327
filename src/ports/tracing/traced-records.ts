import type { Records } from '../records/records.ts';
import { traceMember } from './traced-log.ts';
import { type Tracing, traced } from './tracing.ts';

/** Commits as spans. Their hints carry the span, so that those who handle them can point back at it. */
export function tracedRecords(records: Records, tracing: Tracing): Records {
  return {
    commitsWhole: records.commitsWhole,
    writesMax: records.writesMax,
    get: (table, key) => records.get(table, key),
    getMany: (table, keys) => records.getMany(table, keys),
    list: (table, prefix, options) => records.list(table, prefix, options),
    listMany: (table, requests) => records.listMany(table, requests),
    scan: (table, options) => records.scan(table, options),
    commit(commit) {
      const { hints, decide } = commit;
      const attributes = { 'kith.decide': decide[0]?.table.name ?? 'none', 'kith.hints': hints.length };
      return traced(tracing, 'commit', { attributes }, () => {
        const trace = tracing.current();
        if (trace === undefined || hints.length === 0) return records.commit(commit);
        const marked = hints.map((hint) => ({ ...hint, data: { ...hint.data, [traceMember]: trace } }));
        return records.commit({ ...commit, hints: marked });
      });
    },
  };
}
