/**
 * Records: the truth. Tables of rows, each found by a key whose leading parts name the partition.
 * The shape is that of partitioned stores (Cassandra, DynamoDB), because that is where the system
 * must be able to go: no joins, no scans on behalf of a request, no transactions across partitions.
 */

import type { Hint } from '../log/log.ts';

/**
 * A table. `partition` and `clustering` name the key's parts in order; all parts are strings and
 * rows of one partition are kept sorted by the clustering parts, bytewise ascending.
 */
export interface Table<Value extends object> {
  readonly name: string;
  readonly partition: readonly string[];
  readonly clustering: readonly string[];
  /**
   * `conditional`: every write states what it expects (`insert`, `replace`, `remove` with a version).
   * `plain`: writes are unconditional and idempotent (`put`, `remove`).
   * `counter`: rows hold only numbers, changed by `add`.
   * The three never mix on one table: conditional and plain writes to one row do not order.
   */
  readonly kind: 'conditional' | 'plain' | 'counter';
  /**
   * Of a plain table: a partition may grow without bound, and the first clustering part is an id that was minted before
   * the row was written, so that an engine may cut partitions by time. Of a conditional one: nothing else is decided
   * together with its rows, so that it may lie apart.
   */
  readonly wide: boolean;
  /** Carries the row's type only; always undefined. */
  readonly value?: Value;
}

export interface TableOptions {
  partition: readonly string[];
  clustering?: readonly string[];
  kind?: Table<object>['kind'];
  wide?: boolean;
}

export function defineTable<Value extends object>(name: string, options: TableOptions): Table<Value> {
  const { partition, clustering = [], kind = 'conditional', wide = false } = options;
  return { name, partition, clustering, kind, wide };
}

/** The parts hold well-formed text without NUL. */
export type Key = readonly string[];

export interface Row<Value> {
  key: Key;
  value: Value;
  /** 1 when inserted, one more at each `replace`. Always 1 in plain and counter tables. */
  version: number;
}

/** Rows hold JSON values only. */
export type Write =
  | { op: 'insert'; table: Table<object>; key: Key; value: object }
  | { op: 'replace'; table: Table<object>; key: Key; value: object; version: number }
  | { op: 'put'; table: Table<object>; key: Key; value: object }
  | { op: 'remove'; table: Table<object>; key: Key; version?: number }
  | { op: 'add'; table: Table<object>; key: Key; value: Record<string, number> };

/** Typed constructors for writes. */
export const write = {
  /** Expects that no row is there. */
  insert: <V extends object>(table: Table<V>, key: Key, value: V): Write => ({
    op: 'insert',
    table,
    key,
    value,
  }),
  /** Expects the row at that version. */
  replace: <V extends object>(table: Table<V>, key: Key, value: V, version: number): Write => ({
    op: 'replace',
    table,
    key,
    value,
    version,
  }),
  put: <V extends object>(table: Table<V>, key: Key, value: V): Write => ({ op: 'put', table, key, value }),
  /** In a conditional table, expects the row at that version; in a plain one there is no condition. */
  remove: <V extends object>(table: Table<V>, key: Key, version?: number): Write =>
    version === undefined ? { op: 'remove', table, key } : { op: 'remove', table, key, version },
  /** Adds to the named numbers of a counter row, which come to be at 0. Applied once with its commit. */
  add: <V extends object>(
    table: Table<V>,
    key: Key,
    value: { [K in keyof V]?: number } & Record<string, number>,
  ): Write => ({ op: 'add', table, key, value }),
};

/**
 * What is written together.
 *
 * `claims` and `decide` take effect all or not at all: if any condition among them fails nothing is
 * written and the commit answers with the conflict. `claims` may lie in any partition (a unique name,
 * an idempotency key) and are inserts; `decide` lies in one partition. A row is named once among them. `then` follows surely but, on an
 * engine without transactions, perhaps a little later: it is unconditional (plain or counter tables).
 * At least one hint is required: consumers repair and derive from it.
 */
export interface Commit {
  claims?: Write[];
  decide: Write[];
  then?: Write[];
  hints: Hint[];
}

export type CommitResult =
  | {
      ok: true;
      position: number;
      /** `then` is not there yet: it follows surely, but reads may miss it for a while. */
      isThenPending?: true;
    }
  | {
      ok: false;
      /** The write whose condition failed: the very object that was passed. */
      conflict: Write;
      /** What stands there, or undefined where a row was expected and none is. */
      existing: Row<object> | undefined;
    };

export interface ListOptions {
  /** Exclusive bounds on the first key part after the prefix. */
  after?: string | undefined;
  before?: string | undefined;
  /** Largest first. */
  reverse?: boolean;
  /** 1 to 1000. */
  limit: number;
}

export interface ListRequest extends ListOptions {
  prefix: Key;
}

export const listLimitMax = 1000;
export const getManyMax = 1000;

/**
 * `unavailable`: not written, or not known to be (a time-out); the caller may try again with the same claim.
 * `full`: the disk or quota is exhausted; nothing was written; reads still work.
 */
export class RecordsError extends Error {
  readonly kind: 'unavailable' | 'full' | 'closed';
  constructor(kind: RecordsError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordsError';
    this.kind = kind;
  }
}

export interface Records {
  /** What follows a commit is there as soon as the commit is: nobody ever reads the one without the other. */
  readonly commitsWhole?: true | undefined;
  /** How many writes a commit may have on this engine, where they are more than `commitWritesMax`. */
  readonly writesMax?: number | undefined;
  /** One row by its whole key. O(log n). A read sees every commit acknowledged before it began. */
  get<V extends object>(table: Table<V>, key: Key): Promise<Row<V> | undefined>;
  /** Rows in the order of the keys, undefined where there is none; at most `getManyMax` keys. */
  getMany<V extends object>(table: Table<V>, keys: readonly Key[]): Promise<(Row<V> | undefined)[]>;
  /**
   * Rows of one partition in key order. `prefix` is the partition's parts, and may go on with leading
   * clustering parts. Cost grows with the rows returned, never with the partition.
   */
  list<V extends object>(table: Table<V>, prefix: Key, options: ListOptions): Promise<Row<V>[]>;
  /** What `list` answers for each, in their order; at most `getManyMax` of them. One wave where partitions are apart. */
  listMany<V extends object>(table: Table<V>, requests: readonly ListRequest[]): Promise<Row<V>[][]>;
  /**
   * Every row of a table in a stable order of the engine's choosing, in pages. For rebuilds, exports and the
   * janitor only, never on behalf of a request. `cursor` is the last page's `next`. A row that is there all
   * along comes exactly once, whatever is written meanwhile. `limit` is 1 to 1000.
   */
  scan<V extends object>(
    table: Table<V>,
    options: { cursor?: string | undefined; limit: number },
  ): Promise<{ rows: Row<V>[]; next: string | undefined }>;
  /**
   * Durable when it resolves with `ok`. At most `writesMax` or `commitWritesMax` writes. Throws RecordsError.
   * Commits issued by one process without waiting take effect in the order issued.
   */
  commit(commit: Commit): Promise<CommitResult>;
}

/** Of one commit, on every engine. */
export const commitWritesMax = 64;
