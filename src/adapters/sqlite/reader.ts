import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { checkGetMany, checkKey, checkList, checkScan } from '../../ports/records/checks.ts';
import type { Key, ListOptions, ListRequest, Records, Row, Table } from '../../ports/records/records.ts';
import { closedError, readError } from './failures.ts';
import { absent, KeptRows, rowName, type StoredRow } from './kept-rows.ts';
import { marks, matches, quoted, type TableLayout } from './layout.ts';
import { ReadTurn } from './read-turn.ts';

/** Pages the read connection keeps, in KiB; the operating system's cache holds the rest. */
const cacheKiB = 32 * 1024;
const mapBytesMax = 1024 * 1024 * 1024;

type Columns = (string | number)[];

/** The reading half of Records, on a connection of its own; every call sees each commit answered before it. */
export interface Reader extends Omit<Records, 'commit'> {
  /** Runs a query of the store's own; rows come as arrays. */
  query(sql: string, ...parameters: (string | number)[]): Columns[];
  /** To be called before a commit is answered: reads from then on see it. */
  endTurn(): void;
  /** To be told of commits. */
  kept: Pick<KeptRows, 'begin' | 'end'>;
  close(): void;
}

export function openReader(file: string, layouts: ReadonlyMap<string, TableLayout>): Reader {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  db.exec(`PRAGMA cache_size = -${cacheKiB}; PRAGMA mmap_size = ${mapBytesMax}`);
  const statements = new Map<string, StatementSync>();
  const turn = new ReadTurn<StoredRow>(db);
  const kept = new KeptRows();
  let closed = false;

  const prepared = (sql: string) => {
    if (closed) throw closedError();
    let statement = statements.get(sql);
    if (!statement) {
      statement = db.prepare(sql);
      statement.setReturnArrays(true);
      statements.set(sql, statement);
    }
    return statement;
  };
  const all = (statement: StatementSync, ...parameters: (string | number)[]) =>
    guarded(() => {
      turn.begin();
      return statement.all(...parameters) as unknown as Columns[];
    });
  const guarded = <T>(read: () => T): T => {
    if (closed) throw closedError();
    try {
      return read();
    } catch (error) {
      throw readError(error);
    }
  };
  const layoutOf = (table: Table<object>) => {
    const layout = layouts.get(table.name);
    if (!layout) throw new TypeError(`the store was opened without the table ${table.name}`);
    return layout;
  };

  const getStatements = new Map<string, StatementSync>();
  const getStatement = (table: Table<object>) => {
    let statement = getStatements.get(table.name);
    if (!statement) {
      const { name, parts } = layoutOf(table);
      statement = prepared(`SELECT value, version FROM "${name}" WHERE ${matches(parts)}`);
      getStatements.set(table.name, statement);
    }
    return statement;
  };
  const get = <V>(table: Table<object>, key: Key): Row<V> | undefined => {
    checkKey(table, key);
    const statement = getStatement(table);
    const name = rowName(table.name, key);
    return guarded(() => {
      const found = kept.find(name) ?? turn.once(name, () => read(statement, key, name));
      if (found === absent) return undefined;
      return { key: [...key], value: JSON.parse(found[0]), version: found[1] };
    });
  };
  const read = (statement: StatementSync, key: Key, name: string): StoredRow => {
    const found = (statement.get(...key) as unknown as StoredRow | undefined) ?? absent;
    // What is not well-formed means another key to the engine than by its name.
    if (key.every((part) => part.isWellFormed())) kept.keep(name, found);
    return found;
  };

  const listStatements = new Map<string, StatementSync[]>();
  const listStatement = (table: Table<object>, prefixLength: number, options: ListOptions) => {
    let forms = listStatements.get(table.name);
    if (!forms) {
      forms = [];
      listStatements.set(table.name, forms);
    }
    const { after, before, reverse } = options;
    const form =
      prefixLength * 8 +
      (after === undefined ? 0 : 4) +
      (before === undefined ? 0 : 2) +
      (reverse === true ? 1 : 0);
    forms[form] ??= prepared(listSql(layoutOf(table), prefixLength, options));
    return forms[form];
  };

  const list = <V>(table: Table<object>, prefix: Key, options: ListOptions): Row<V>[] => {
    checkList(table, prefix, options);
    const { after, before, limit } = options;
    const bounds = [after, before].filter((bound) => bound !== undefined);
    const rows = all(listStatement(table, prefix.length, options), ...prefix, ...bounds, limit);
    return guarded(() => rows.map((columns) => rowOf<V>(columns, prefix)));
  };

  return {
    query: (sql, ...parameters) => all(prepared(sql), ...parameters),
    endTurn: () => turn.end(),
    kept,
    get: async (table, key) => get(table, key),
    async getMany(table, keys) {
      checkGetMany(keys);
      return keys.map((key) => get(table, key));
    },
    list: async (table, prefix, options) => list(table, prefix, options),
    async listMany<V extends object>(table: Table<V>, requests: readonly ListRequest[]) {
      checkGetMany(requests);
      return requests.map((request) => list<V>(table, request.prefix, request));
    },
    async scan<V extends object>(
      table: Table<V>,
      { cursor, limit }: { cursor?: string | undefined; limit: number },
    ) {
      checkScan(limit);
      const after = cursor === undefined ? [] : (JSON.parse(cursor) as string[]);
      const found = all(prepared(scanSql(layoutOf(table), after.length > 0)), ...after, limit);
      const rows = guarded(() => found.map((columns) => rowOf<V>(columns, [])));
      const last = rows.at(-1);
      return { rows, next: last && rows.length === limit ? JSON.stringify(last.key) : undefined };
    },
    close() {
      turn.end();
      closed = true;
      db.close();
    },
  };
}

/** Columns are the key's parts after the prefix, then value and version. */
function rowOf<V>(columns: Columns, prefix: Key): Row<V> {
  const parts = columns.slice(0, -2) as string[];
  return {
    key: prefix.length === 0 ? parts : [...prefix, ...parts],
    value: JSON.parse(columns.at(-2) as string) as V,
    version: columns.at(-1) as number,
  };
}

function listSql({ name, parts }: TableLayout, prefixLength: number, options: ListOptions): string {
  const { after, before, reverse } = options;
  const rest = parts.slice(prefixLength);
  const conditions = [matches(parts.slice(0, prefixLength))];
  if (after !== undefined) conditions.push(`"${rest[0]}" > ?`);
  if (before !== undefined) conditions.push(`"${rest[0]}" < ?`);
  const columns = rest.length > 0 ? `${quoted(rest)}, value, version` : 'value, version';
  const order = rest.map((part) => `"${part}"${reverse ? ' DESC' : ''}`).join(', ');
  return `SELECT ${columns} FROM "${name}" WHERE ${conditions.join(' AND ')}${
    order ? ` ORDER BY ${order}` : ''
  } LIMIT ?`;
}

function scanSql({ name, parts }: TableLayout, resumed: boolean): string {
  const key = quoted(parts);
  const where = resumed ? `WHERE (${key}) > (${marks(parts.length)})` : '';
  return `SELECT ${key}, value, version FROM "${name}" ${where} ORDER BY ${key} LIMIT ?`;
}
