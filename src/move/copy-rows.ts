import type { TakeOver } from '../adapters/cassandra/take-over.ts';
import type { Records, Table } from '../ports/records/records.ts';
import type { MarkKeeper } from './mark.ts';

export interface CopyRows {
  records: Pick<Records, 'scan'>;
  tables: readonly Table<object>[];
  target: Pick<TakeOver, 'put'>;
  keeper: MarkKeeper;
  /** Rows written between two marks; all that is in memory at one time. */
  pageRows: number;
  progress: (text: string) => void;
}

/** Every row of every table that the mark does not name yet. A page that was cut off is written again. */
export async function copyRows(copy: CopyRows): Promise<void> {
  const { keeper, tables } = copy;
  for (const table of tables) {
    if (keeper.mark.tables.includes(table.name)) continue;
    await copyTable(copy, table);
  }
}

async function copyTable(
  { records, target, keeper, pageRows, progress }: CopyRows,
  table: Table<object>,
): Promise<void> {
  const { name } = table;
  let cursor = keeper.mark.table === name ? keeper.mark.cursor : undefined;
  for (;;) {
    const { rows, next } = await records.scan(table, { cursor, limit: pageRows });
    await target.put(table, rows);
    const total = keeper.mark.rows + rows.length;
    if (next === undefined) {
      const tables = [...keeper.mark.tables, name];
      await keeper.advance({ tables, table: undefined, cursor: undefined, rows: total });
      break;
    }
    await keeper.advance({ table: name, cursor: next, rows: total });
    progress(`${name}: ${total} rows in all`);
    cursor = next;
  }
  if (keeper.mark.rows > 0) progress(`${name}: done, ${keeper.mark.rows} rows in all`);
}
