import type { Key, Table } from '../../ports/records/records.ts';
import { joinParts, partitionText, splitParts } from './keys.ts';

/**
 * How records lie in CQL.
 *
 * Conditional rows that may be decided together must lie in one CQL table, because a conditional batch cannot span
 * tables: they share `decided`, told apart by `family`. A wide conditional table has one of the same form to itself.
 * Plain and counter tables have their key's parts as columns.
 */
export interface ConditionalLayout {
  kind: 'conditional';
  table: Table<object>;
  /** The CQL table. */
  cql: string;
}
export interface ColumnsLayout {
  kind: 'plain' | 'counter';
  table: Table<object>;
  cql: string;
  partition: string[];
  clustering: string[];
}
export type Layout = ConditionalLayout | ColumnsLayout;

/** Of conditional rows. Markers are rows of a family that no table can be called. */
export const sharedTable = 'decided';
export const markerFamily = '!commit';

const namePattern = /^[a-z][a-z0-9_]{0,47}$/;
const ownTables = [sharedTable, 'outbox', 'outbox_buckets', 'store_state', 'stretches', 'schema_migrations'];
const ownColumns = ['value', 'tx', 'floor', 'stamp', 'family'];

export function layoutOf(table: Table<object>): Layout {
  const { name, partition, clustering, kind, wide } = table;
  const parts = [...partition, ...clustering];
  const sound =
    namePattern.test(name) &&
    !ownTables.includes(name) &&
    partition.length > 0 &&
    new Set(parts).size === parts.length &&
    parts.every((part) => namePattern.test(part) && !ownColumns.includes(part));
  if (!sound) throw new TypeError(`table ${name} (${parts.join(', ')}) cannot be laid out`);
  if (kind === 'conditional') return { kind, table, cql: wide ? name : sharedTable };
  return { kind, table, cql: name, partition: partition.map(quote), clustering: clustering.map(quote) };
}

const quote = (name: string) => `"${name}"`;

export class Layouts {
  #byName: Map<string, Layout>;

  constructor(tables: readonly Table<object>[]) {
    this.#byName = new Map(tables.map((table) => [table.name, layoutOf(table)]));
  }

  of(name: string): Layout {
    const found = this.#byName.get(name);
    if (!found) throw new TypeError(`the store was opened without the table ${name}`);
    return found;
  }

  columns(name: string): ColumnsLayout {
    const found = this.of(name);
    if (found.kind === 'conditional') throw new TypeError(`${name} is conditional`);
    return found;
  }

  conditional(name: string): ConditionalLayout {
    const found = this.of(name);
    if (found.kind !== 'conditional') throw new TypeError(`${name} is not conditional`);
    return found;
  }

  all(): Layout[] {
    return [...this.#byName.values()];
  }
}

const decidedDdl = (name: string) => `CREATE TABLE IF NOT EXISTS ${name} (
  partition text, family text, key text, value text, version int, stamp bigint,
  tx text, tx_table text, tx_partition text, confirmed text,
  PRIMARY KEY ((partition), family, key))`;

/** What makes the table, where it needs one of its own. */
export function tableDdl(layout: Layout): string | undefined {
  if (layout.kind === 'conditional') {
    return layout.cql === sharedTable ? undefined : decidedDdl(layout.cql);
  }
  const { cql, partition, clustering, kind } = layout;
  const columns = [...partition, ...clustering].map((name) => `${name} text`);
  const own = kind === 'counter' ? ['tx text', 'value text', 'floor text'] : ['value text'];
  const order = kind === 'counter' ? [...clustering, 'tx'] : clustering;
  return `CREATE TABLE IF NOT EXISTS ${cql} (${[...columns, ...own].join(', ')},
  PRIMARY KEY (${[`(${partition.join(', ')})`, ...order].join(', ')}))`;
}

export const sharedDdl = decidedDdl(sharedTable);

/** Every column of the key equals a parameter. */
export const matches = (columns: readonly string[]): string =>
  columns.map((name) => `${name} = ?`).join(' AND ');

/** Whether partitions are cut where they grow: see stretches.ts. */
export const isSplit = ({ kind, table, clustering }: ColumnsLayout): boolean =>
  kind === 'plain' && table.wide && clustering.length > 0;

/**
 * The values of a row's key columns, in the order of partition and clustering. A stretch but the first has its start in
 * the partition's first column, after a NUL, which no part holds.
 */
export function keyValues({ partition }: ColumnsLayout, key: Key, stretch = ''): string[] {
  const values = [...key];
  if (stretch !== '') values[0] = joinParts([key[0]!, stretch]);
  else if (partition.length === 1) values[0] = partitionText([key[0]!]);
  return values;
}

/** A key as it was written. */
export function keyOf({ partition, clustering }: ColumnsLayout, row: Record<string, unknown>): string[] {
  const parts = [...partition, ...clustering].map((name) => row[name.slice(1, -1)] as string);
  parts[0] = splitParts(parts[0]!, 1)[0]!;
  return parts;
}
