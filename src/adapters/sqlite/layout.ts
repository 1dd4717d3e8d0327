import type { Table } from '../../ports/records/records.ts';

/** How records lie in SQL: one table each, its key's parts as columns, the row as JSON text. */
export interface TableLayout {
  readonly name: string;
  /** Every key part in order. */
  readonly parts: readonly string[];
}

const namePattern = /^[a-z][a-z0-9_]{0,62}$/;
const ownTables = ['log', 'log_groups', 'meta'];
const ownColumns = ['value', 'version', 'rowid'];

export function layoutOf({ name, partition, clustering }: Table<object>): TableLayout {
  const parts = [...partition, ...clustering];
  const sound =
    namePattern.test(name) &&
    !ownTables.includes(name) &&
    !name.startsWith('sqlite_') &&
    partition.length > 0 &&
    new Set(parts).size === parts.length &&
    parts.every((part) => namePattern.test(part) && !ownColumns.includes(part));
  if (!sound) throw new TypeError(`table ${name} (${parts.join(', ')}) cannot be laid out`);
  return { name, parts };
}

/**
 * An ordinary table with an index over the key. WITHOUT ROWID reads lists of tiny rows faster, but is two to
 * four times slower to write as soon as rows are long or partitions many, which is what most tables are.
 */
export function createTableSql({ name, parts }: TableLayout): string {
  const columns = parts.map((part) => `"${part}" TEXT NOT NULL`);
  return `CREATE TABLE IF NOT EXISTS "${name}" (${columns.join(', ')}, value TEXT NOT NULL,
    version INTEGER NOT NULL, PRIMARY KEY (${quoted(parts)})) STRICT`;
}

export const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/** Every part equals a parameter. */
export const matches = (parts: readonly string[]) => parts.map((part) => `"${part}" = ?`).join(' AND ');

export const marks = (count: number) => Array(count).fill('?').join(', ');
