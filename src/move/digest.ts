import { hash } from 'node:crypto';
import type { Row, Table } from '../ports/records/records.ts';

/** How many rows a table holds, and a sum over them that does not depend on their order. */
export interface TableSum {
  rows: number;
  /** The rows' SHA-256 as eight numbers each, added up modulo 2^32. */
  sums: Uint32Array;
}

/** Sums by table name; a table without rows is not in it. */
export type Sums = Map<string, TableSum>;

const wordBytes = 4;
const words = 8;

/** Key, version and value as one text, the same wherever the row comes from. */
const rowText = ({ key, version, value }: Row<object>) => canonical([key, version, value]);

export function addRows(sums: Sums, table: Table<object>, rows: readonly Row<object>[]): void {
  const known = sums.get(table.name) ?? { rows: 0, sums: new Uint32Array(words) };
  for (const row of rows) {
    const digest = hash('sha256', rowText(row), 'buffer');
    for (let i = 0; i < words; i++) known.sums[i]! += digest.readUInt32LE(i * wordBytes);
  }
  known.rows += rows.length;
  sums.set(table.name, known);
}

export const isSame = (a: TableSum, b: TableSum): boolean =>
  a.rows === b.rows && a.sums.every((word, i) => word === b.sums[i]);

/** JSON whose members stand in the order of their names. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
