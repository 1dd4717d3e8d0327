import type { Row, Table } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';

const rowsPerRun = 100;

/** For the janitor: each run tends the next rows of a table. After the last ones it rests, and then goes round again. */
export function goRound<Value extends object>(
  { records, clock }: Pick<WebdavDeps, 'records' | 'clock'>,
  { table, everyMs }: { table: Table<Value>; everyMs: number },
  tend: (rows: readonly Row<Value>[]) => Promise<void>,
): () => Promise<number> {
  let cursor: string | undefined;
  let restsUntilMs = 0;
  return async () => {
    if (cursor === undefined && clock.nowMs() < restsUntilMs) return 0;
    const { rows, next } = await records.scan(table, { cursor, limit: rowsPerRun });
    await tend(rows);
    cursor = next;
    if (next === undefined) restsUntilMs = clock.nowMs() + everyMs;
    return rows.length;
  };
}
