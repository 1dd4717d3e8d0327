import { type Key, listLimitMax, type Records, type Row, type Table } from './records.ts';

/**
 * Every row of one partition, page by page, for recounts and exports. The key part after the prefix must tell rows
 * apart.
 */
export async function* listAll<V extends object>(
  records: Records,
  table: Table<V>,
  prefix: Key,
): AsyncGenerator<Row<V>[]> {
  let after: string | undefined;
  for (;;) {
    const rows = await records.list(table, prefix, { after, limit: listLimitMax });
    if (rows.length > 0) yield rows;
    if (rows.length < listLimitMax) return;
    after = rows.at(-1)!.key[prefix.length];
  }
}
