import type { TakeOver } from '../adapters/cassandra/take-over.ts';
import { listLimitMax, type Records, type Table } from '../ports/records/records.ts';
import { addRows, isSame, type Sums } from './digest.ts';

export interface CheckedTable {
  name: string;
  here: number;
  there: number;
  isSame: boolean;
}

export interface CheckRows {
  records: Pick<Records, 'scan'>;
  tables: readonly Table<object>[];
  target: Pick<TakeOver, 'eachPage'>;
  progress: (text: string) => void;
}

/** Counts and hashes both sides, table by table. Reads everything; keeps a few numbers for each table. */
export async function checkRows({ records, tables, target, progress }: CheckRows): Promise<CheckedTable[]> {
  const here: Sums = new Map();
  const there: Sums = new Map();
  for (const table of tables) {
    let cursor: string | undefined;
    do {
      const page = await records.scan(table, { cursor, limit: listLimitMax });
      addRows(here, table, page.rows);
      cursor = page.next;
    } while (cursor !== undefined);
    progress(`checking: ${table.name} read here`);
  }
  let rows = 0;
  await target.eachPage((table, page) => {
    addRows(there, table, page);
    rows += page.length;
    progress(`checking: ${rows} rows read there`);
  });
  return tables.map(({ name }) => {
    const [a, b] = [here.get(name), there.get(name)];
    const same = a === undefined || b === undefined ? (a?.rows ?? 0) === (b?.rows ?? 0) : isSame(a, b);
    return { name, here: a?.rows ?? 0, there: b?.rows ?? 0, isSame: same };
  });
}
