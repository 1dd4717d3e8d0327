import { checkScan } from '../../ports/records/checks.ts';
import type { Records, Row, Table } from '../../ports/records/records.ts';
import { rowColumns, storedRow } from './conditional-rows.ts';
import { type CqlSession, type CqlValue, one } from './cql.ts';
import { type ColumnsLayout, keyValues, type Layouts, matches } from './layout.ts';
import type { Reader } from './reader.ts';
import { columnsRead } from './select-columns.ts';
import type { Stretches } from './stretches.ts';

/** A row's place in the order of the scan: its partition's token, then its key. `partition` and `rest` as stored. */
interface Place {
  partition: string[];
  rest: string[];
}

/** Rows after a place, and where the last of them lies; fewer than asked for when there are no more. */
interface Found<V> {
  rows: Row<V>[];
  examined: number;
  last: Place | undefined;
}

type Range = 'all' | 'rest of the partition' | 'beyond the partition';

/** Walks a whole table by the tokens of its partitions. */
export function createScan({
  session,
  layouts,
  reader,
  stretches,
}: {
  session: CqlSession;
  layouts: Layouts;
  reader: Reader;
  stretches: Stretches;
}): Records['scan'] {
  return async function scan<V extends object>(
    table: Table<V>,
    { cursor, limit }: { cursor?: string | undefined; limit: number },
  ) {
    checkScan(limit);
    const layout = layouts.of(table.name);
    const find = (range: Range, place: Place | undefined, count: number): Promise<Found<V>> =>
      layout.kind === 'conditional'
        ? scanConditional(table, layout.cql, range, place, count)
        : scanColumns(layout, range, place, count);
    const rows: Row<V>[] = [];
    let place = cursor === undefined ? undefined : (JSON.parse(cursor) as Place);
    let range: Range = place ? 'rest of the partition' : 'all';
    while (rows.length < limit) {
      const found: Found<V> = await find(range, place, limit - rows.length);
      const isAll = found.examined < limit - rows.length;
      rows.push(...found.rows);
      place = found.last ?? place;
      if (isAll && range !== 'rest of the partition') return { rows, next: undefined };
      range = isAll ? 'beyond the partition' : 'rest of the partition';
    }
    return { rows, next: JSON.stringify(place) };
  };

  async function scanConditional<V extends object>(
    table: Table<V>,
    cql: string,
    range: Range,
    place: Place | undefined,
    count: number,
  ): Promise<Found<V>> {
    const select = `SELECT ${rowColumns} FROM ${cql} WHERE`;
    const end = `family = ?`;
    const { partition = [], rest = [] } = place ?? {};
    const [condition, params] =
      range === 'all'
        ? [`${end} LIMIT ${count} ALLOW FILTERING`, [table.name]]
        : range === 'beyond the partition'
          ? [
              `token(partition) > token(?) AND ${end} LIMIT ${count} ALLOW FILTERING`,
              [...partition, table.name],
            ]
          : [`partition = ? AND ${end} AND key > ? LIMIT ${count}`, [...partition, table.name, ...rest]];
    const { rows } = await read(`${select} ${condition}`, params);
    const stored = rows.map(storedRow);
    const last = stored.at(-1);
    return {
      rows: await reader.standing(table, stored),
      examined: rows.length,
      last: last && { partition: [last.partition], rest: [last.key] },
    };
  }

  async function scanColumns<V extends object>(
    layout: ColumnsLayout,
    range: Range,
    place: Place | undefined,
    count: number,
  ): Promise<Found<V>> {
    const { cql, partition, clustering } = layout;
    if (range === 'rest of the partition' && clustering.length === 0) {
      return { rows: [], examined: 0, last: undefined };
    }
    const marks = (names: readonly string[]) => names.map(() => '?').join(', ');
    const condition = {
      all: '',
      'rest of the partition': `WHERE ${matches(partition)} AND (${clustering.join(', ')}) > (${marks(clustering)})`,
      'beyond the partition': `WHERE token(${partition.join(', ')}) > token(${marks(partition)})`,
    }[range];
    const params =
      range === 'all' ? [] : [...place!.partition, ...(range === 'beyond the partition' ? [] : place!.rest)];
    const select = `SELECT ${columnsRead(layout)} FROM ${cql} ${condition}`;
    const rows =
      layout.kind === 'counter'
        ? await reader.counters<V>(layout, { cql: select, params }, count)
        : (await read(`${select} LIMIT ${count}`, params)).rows.map((row) => reader.plainRow<V>(layout, row));
    await stretches.ready();
    const lastKey = rows.at(-1)?.key;
    const last = lastKey && keyValues(layout, lastKey, stretches.of(layout, lastKey));
    return {
      rows,
      examined: rows.length,
      last: last && { partition: last.slice(0, partition.length), rest: last.slice(partition.length) },
    };
  }

  function read(cql: string, params: readonly CqlValue[]) {
    return session.run(one('scan', cql, params, { level: 'quorum', fetchSize: 1000 }));
  }
}
