import type { Row } from '../../ports/records/records.ts';
import { type CounterRow, sumOf } from './counter-sum.ts';
import { type CqlAnswer, type CqlRow, textOf } from './cql.ts';
import { joinParts } from './keys.ts';
import { type ColumnsLayout, keyOf } from './layout.ts';

/** A counter's rows were read: it may be time to fold them. */
export type CounterRead = (layout: ColumnsLayout, key: string[], rows: readonly CounterRow[]) => void;

export interface CounterSource {
  /** A page of rows, the next after the one that left this state. */
  read: (pageState: string | undefined) => Promise<CqlAnswer>;
  counterRead: CounterRead;
}

/** Whole counters, in the order their rows come in. */
export async function readCounters<V extends object>(
  { read, counterRead }: CounterSource,
  layout: ColumnsLayout,
  limit: number,
): Promise<Row<V>[]> {
  const found: Row<V>[] = [];
  let rest: CqlRow[] = [];
  let pageState: string | undefined;
  do {
    const answer = await read(pageState);
    pageState = answer.pageState;
    const groups = counterGroups(layout, [...rest, ...answer.rows]);
    // The last one may go on in the next page.
    rest = pageState === undefined ? [] : (groups.pop()?.rows ?? []);
    for (const { key, rows } of groups) {
      const parsed = rows.map(counterRow);
      counterRead(layout, key, parsed);
      const sums = sumOf(parsed);
      if (sums !== null) found.push({ key, value: sums as V, version: 1 });
    }
  } while (pageState !== undefined && found.length < limit);
  return found.slice(0, limit);
}

const counterRow = (row: CqlRow): CounterRow => ({
  tx: row['tx'] as string,
  value: textOf(row['value']) ?? 'null',
  floor: textOf(row['floor']) ?? '',
});

/** Rows of one counter lie side by side. */
function counterGroups(layout: ColumnsLayout, rows: readonly CqlRow[]): { key: string[]; rows: CqlRow[] }[] {
  const groups: { joined: string; key: string[]; rows: CqlRow[] }[] = [];
  for (const row of rows) {
    const key = keyOf(layout, row);
    const joined = joinParts(key);
    if (groups.at(-1)?.joined !== joined) groups.push({ joined, key, rows: [] });
    groups.at(-1)!.rows.push(row);
  }
  return groups;
}
