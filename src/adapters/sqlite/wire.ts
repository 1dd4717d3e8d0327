import type { Commit, Write } from '../../ports/records/records.ts';
import type { FailureKind } from './failures.ts';
import type { TableLayout } from './layout.ts';

/**
 * What passes between the main thread and the writer. Many commits travel as one flat array of strings and
 * numbers, the cheapest thing to clone. A commit is
 *
 *     writes, (code, ...fields)*, hints, (kind, key, data)*
 *
 * where `code` is the table's number and the operation, and the fields stand in the order in which the
 * operation's statement takes them.
 */
export type Fields = (string | number)[];

export const operations = ['insert', 'replace', 'put', 'remove', 'removeAt', 'add'] as const;
export type Operation = (typeof operations)[number];
const operationNumbers = Object.fromEntries(operations.map((name, i) => [name, i])) as Record<
  Operation,
  number
>;
const codeBase = 8;

export const codeOf = (table: number, operation: Operation) => table * codeBase + operationNumbers[operation];
export const operationOf = (code: number): Operation => operations[code % codeBase]!;
export const tableOf = (code: number) => Math.floor(code / codeBase);

/** How many fields follow the code, and where among them the key begins. */
export function fieldShape(operation: Operation, { parts }: TableLayout): { count: number; keyAt: number } {
  if (operation === 'replace') return { count: parts.length + 2, keyAt: 1 };
  return { count: parts.length + (operation === 'remove' ? 0 : 1), keyAt: 0 };
}

/** Messages to the writer. Each is answered, in the order sent. */
export interface Batch {
  type: 'batch';
  fields: Fields;
  commits: number;
  atMs: number;
  /** The newest id given out so far, kept so that a restart goes on above it. */
  lastId: string | undefined;
  /** Group positions to store: name, position, name, position, … */
  positions: Fields;
}
export interface Trim {
  type: 'trim';
  olderThanMs: number;
  limit: number;
  /** Groups held now or since the last time. */
  held: readonly string[];
  nowMs: number;
}
export interface Close {
  type: 'close';
}
export type ToWriter = Batch | Trim | Close;

/** What became of the commits of one or more batches, in order. */
export interface BatchAnswer {
  type: 'batches';
  batches: number;
  /** For each commit the position of its last hint, 0 if it was refused. */
  positions: Float64Array;
  /** Commits whose condition failed: the commit's index, the write's index, and the row that stands there. */
  conflicts: { commit: number; write: number; existing: ExistingRow | undefined }[];
  /** Commits that could not be carried out. */
  failures: { commit: number; message: string }[];
  /** Set when nothing of these batches was written. */
  failed: Failed | undefined;
  /** Figures since the writer began. */
  writer: WriterStats;
}
export interface Failed {
  kind: FailureKind;
  message: string;
}
export interface ExistingRow {
  key: string[];
  text: string;
  version: number;
}
export interface TrimAnswer {
  type: 'trimmed';
  count: number;
  /** The newest position forgotten; 0 if none was. */
  upTo: number;
  /** Groups that nobody has held for too long. */
  dropped: string[];
  failed: Failed | undefined;
}
export interface FatalAnswer {
  type: 'fatal';
  message: string;
}
/** The first message: the write connection is open. */
export interface Ready {
  type: 'ready';
}
export type FromWriter = Ready | BatchAnswer | TrimAnswer | FatalAnswer;

export interface WriterStats {
  /** Transactions. */
  groups: number;
  checkpoints: number;
  checkpointMsMax: number;
  /** Bytes of the write-ahead log in use after the last group. */
  walBytes: number;
}

export interface WriterOptions {
  file: string;
  layouts: TableLayout[];
  /** The database grows no further than this. */
  pagesMax: number | undefined;
}

/** Appends a commit to the fields of a batch. */
export function encodeCommit(
  { claims = [], decide, then = [], hints }: Commit,
  tables: ReadonlyMap<string, number>,
  fields: Fields,
): void {
  fields.push(claims.length + decide.length + then.length);
  for (const each of claims) encodeWrite(each, tables, fields);
  for (const each of decide) encodeWrite(each, tables, fields);
  for (const each of then) encodeWrite(each, tables, fields);
  fields.push(hints.length);
  for (const { kind, key, data } of hints) fields.push(kind, key, JSON.stringify(data));
}

function encodeWrite(each: Write, tables: ReadonlyMap<string, number>, fields: Fields): void {
  const table = tables.get(each.table.name);
  if (table === undefined) throw new TypeError(`the store was opened without the table ${each.table.name}`);
  const { key } = each;
  switch (each.op) {
    case 'replace':
      fields.push(codeOf(table, 'replace'), JSON.stringify(each.value), ...key, each.version);
      break;
    case 'remove':
      if (each.version === undefined) fields.push(codeOf(table, 'remove'), ...key);
      else fields.push(codeOf(table, 'removeAt'), ...key, each.version);
      break;
    default:
      fields.push(codeOf(table, each.op), ...key, JSON.stringify(each.value));
  }
}

/** The write that stands at an index of an encoded commit. */
export function writeAt({ claims = [], decide, then = [] }: Commit, index: number): Write {
  return [...claims, ...decide, ...then][index]!;
}
