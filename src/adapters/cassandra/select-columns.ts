import type { Key, ListOptions } from '../../ports/records/records.ts';
import type { CqlValue } from './cql.ts';
import { type ColumnsLayout, keyValues, matches } from './layout.ts';

export interface Select {
  cql: string;
  params: CqlValue[];
}

export const columnsRead = ({ kind, partition, clustering }: ColumnsLayout): string =>
  [
    ...partition,
    ...clustering,
    ...(kind === 'counter' ? ['tx', 'value', 'floor'] : ['value', 'writetime(value) AS stamp']),
  ].join(', ');

/** Rows under a prefix; of a table that is cut, those of one stretch. */
export function selectColumns(
  layout: ColumnsLayout,
  prefix: Key,
  options: Partial<ListOptions>,
  stretch = '',
): Select {
  const columns = [...layout.partition, ...layout.clustering];
  const fixed = columns.slice(0, prefix.length);
  const bounded = columns[prefix.length];
  const { after, before, reverse } = options;
  const conditions = [matches(fixed)];
  if (after !== undefined) conditions.push(`${bounded} > ?`);
  if (before !== undefined) conditions.push(`${bounded} < ?`);
  const order = [...layout.clustering, ...(layout.kind === 'counter' ? ['tx'] : [])];
  const ordering =
    reverse && order.length > 0 ? ` ORDER BY ${order.map((name) => `${name} DESC`).join(', ')}` : '';
  const bounds = [after, before].filter((each) => each !== undefined);
  return {
    cql: `SELECT ${columnsRead(layout)} FROM ${layout.cql} WHERE ${conditions.join(' AND ')}${ordering}`,
    params: [...keyValues(layout, prefix, stretch), ...bounds],
  };
}
