import { eachLimited } from '../../lib/each-limited.ts';
import { checkGetMany, checkKey, checkList } from '../../ports/records/checks.ts';
import type { Key, ListOptions, ListRequest, Row, Table } from '../../ports/records/records.ts';
import { rowColumns, type StoredRow, storedRow, visibleRow } from './conditional-rows.ts';
import { type CqlRow, type CqlSession, numberOf } from './cql.ts';
import { isStorable, joinParts, type KeyRange, keyRange, partitionText } from './keys.ts';
import { type ColumnsLayout, type ConditionalLayout, keyOf, type Layouts } from './layout.ts';
import type { Markers } from './markers.ts';
import { type CounterRead, readCounters } from './read-counters.ts';
import { type Select, selectColumns } from './select-columns.ts';
import type { Stamps } from './stamps.ts';
import type { Stretches } from './stretches.ts';

/** Requests of one getMany under way at once. */
const readsAtOnce = 128;
/** Keys of one partition in one statement. */
const keysPerRead = 100;
/** Deltas read at one time. */
const counterPage = 2000;

export interface ReaderOptions {
  session: CqlSession;
  layouts: Layouts;
  markers: Markers;
  stamps: Stamps;
  stretches: Stretches;
  counterRead: CounterRead;
}

/** Reads rows and shows what stands: no markers, no removed rows, no claims that are not decided. */
export class Reader {
  #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async get<V extends object>(table: Table<V>, key: Key): Promise<Row<V> | undefined> {
    checkKey(table, key);
    return (await this.#getInPartition(table, [key]))[0];
  }

  async getMany<V extends object>(table: Table<V>, keys: readonly Key[]): Promise<(Row<V> | undefined)[]> {
    checkGetMany(keys);
    const isConditional = this.#options.layouts.of(table.name).kind === 'conditional';
    const groups = new Map<string, number[]>();
    for (const [i, key] of keys.entries()) {
      checkKey(table, key);
      const partition = isConditional ? joinParts(key.slice(0, table.partition.length)) : String(i);
      groups.set(partition, [...(groups.get(partition) ?? []), i]);
    }
    const found: (Row<V> | undefined)[] = keys.map(() => undefined);
    await eachLimited([...groups.values()].flatMap(chunks), readsAtOnce, async (group) => {
      const part = group.map((i) => keys[i]!);
      const rows = await this.#getInPartition(table, part);
      for (const [n, i] of group.entries()) found[i] = rows[n];
    });
    return found;
  }

  async list<V extends object>(table: Table<V>, prefix: Key, options: ListOptions): Promise<Row<V>[]> {
    checkList(table, prefix, options);
    if (!isStorable(prefix)) return [];
    const layout = this.#options.layouts.of(table.name);
    if (layout.kind === 'conditional') return this.#listConditional(table, layout, prefix, options);
    if (layout.kind === 'counter')
      return this.counters<V>(layout, selectColumns(layout, prefix, options), options.limit);
    return this.#listPlain(layout, prefix, options);
  }

  /** One stretch after the other, until there are enough. */
  async #listPlain<V extends object>(
    layout: ColumnsLayout,
    prefix: Key,
    options: ListOptions,
  ): Promise<Row<V>[]> {
    const { stretches } = this.#options;
    await stretches.ready();
    const found: Row<V>[] = [];
    for (const stretch of stretches.within(layout, prefix, options)) {
      const { cql, params } = selectColumns(layout, prefix, options, stretch);
      const { rows } = await this.#read({ cql: `${cql} LIMIT ${options.limit - found.length}`, params });
      for (const row of rows) found.push(this.plainRow(layout, row));
      if (found.length === options.limit) break;
    }
    return found;
  }

  async listMany<V extends object>(table: Table<V>, requests: readonly ListRequest[]): Promise<Row<V>[][]> {
    checkGetMany(requests);
    const found: Row<V>[][] = requests.map(() => []);
    await eachLimited(requests, readsAtOnce, async ({ prefix, ...options }, i) => {
      found[i] = await this.list(table, prefix, options);
    });
    return found;
  }

  /** Rows of one partition under whole keys, in their order. */
  async #getInPartition<V extends object>(
    table: Table<V>,
    keys: readonly Key[],
  ): Promise<(Row<V> | undefined)[]> {
    const storable = keys.filter(isStorable);
    if (storable.length === 0) return keys.map(() => undefined);
    const layout = this.#options.layouts.of(table.name);
    const rows =
      layout.kind === 'conditional'
        ? await this.#getConditional(table, layout, storable)
        : await this.#getColumns<V>(layout, storable);
    const byKey = new Map(rows.map((row) => [joinParts(row.key), row]));
    // A row asked for twice is given twice, and shared by nobody.
    return keys.map((key) => {
      const row = byKey.get(joinParts(key));
      return row && { ...row, key: [...row.key], value: structuredClone(row.value) };
    });
  }

  async #getConditional<V extends object>(table: Table<V>, { cql }: ConditionalLayout, keys: readonly Key[]) {
    const parts = keys[0]!.slice(0, table.partition.length);
    const joined = keys.map((key) => joinParts(key.slice(parts.length)));
    const start = `SELECT ${rowColumns} FROM ${cql} WHERE partition = ? AND family = ?`;
    const place = [partitionText(parts), table.name];
    const { rows } = await this.#read(
      joined.length === 1
        ? { cql: `${start} AND key = ?`, params: [...place, joined[0]!] }
        : { cql: `${start} AND key IN ?`, params: [...place, [...new Set(joined)]] },
    );
    return this.standing(table, rows.map(storedRow));
  }

  async #getColumns<V extends object>(layout: ColumnsLayout, keys: readonly Key[]): Promise<Row<V>[]> {
    const { stretches } = this.#options;
    await stretches.ready();
    const found = await Promise.all(
      keys.map(async (key) => {
        const select = selectColumns(layout, key, {}, stretches.of(layout, key));
        if (layout.kind === 'counter') return this.counters<V>(layout, select, 1);
        const { rows } = await this.#read(select);
        return rows.map((row) => this.plainRow<V>(layout, row));
      }),
    );
    return found.flat();
  }

  async #listConditional<V extends object>(
    table: Table<V>,
    { cql }: ConditionalLayout,
    prefix: Key,
    options: ListOptions,
  ): Promise<Row<V>[]> {
    const parts = prefix.slice(0, table.partition.length);
    const place = [partitionText(parts), table.name];
    const within = prefix.slice(parts.length);
    const isWhole = within.length === table.clustering.length;
    const range: KeyRange = keyRange(within, options);
    const conditions = isWhole
      ? ['key = ?']
      : [
          ...(range.from === undefined ? [] : ['key >= ?']),
          ...(range.before === undefined ? [] : ['key < ?']),
        ];
    const params = isWhole
      ? [joinParts(within)]
      : [range.from, range.before].filter((each) => each !== undefined);
    const { reverse, limit } = options;
    const select = {
      cql: `SELECT ${rowColumns} FROM ${cql} WHERE ${['partition = ?', 'family = ?', ...conditions].join(' AND ')}
        ORDER BY family ${reverse ? 'DESC' : 'ASC'}, key ${reverse ? 'DESC' : 'ASC'}`,
      params: [...place, ...params],
    };
    const found: Row<V>[] = [];
    let pageState: string | undefined;
    do {
      const answer = await this.#read(select, limit - found.length + 1, pageState);
      found.push(...(await this.standing(table, answer.rows.map(storedRow))));
      pageState = answer.pageState;
    } while (pageState !== undefined && found.length < limit);
    return found.slice(0, limit);
  }

  /** Of these rows the ones that stand, as callers see them. */
  async standing<V extends object>(table: Table<V>, rows: readonly StoredRow[]): Promise<Row<V>[]> {
    const { markers, stamps } = this.#options;
    for (const { stamp, confirmedAt } of rows) {
      stamps.observe(stamp);
      stamps.observe(confirmedAt);
    }
    const claims = rows.filter((row) => row.version === 0);
    const standing = claims.length === 0 ? undefined : await markers.standing(claims);
    return rows
      .filter((row) => row.version !== undefined && (row.version > 0 || standing?.has(row)))
      .map((row) => visibleRow(table, row));
  }

  plainRow<V extends object>(layout: ColumnsLayout, row: CqlRow): Row<V> {
    this.#options.stamps.observe(numberOf(row['stamp']));
    return { key: keyOf(layout, row), value: JSON.parse(row['value'] as string) as V, version: 1 };
  }

  /** Whole counters, in the order their rows come in. */
  counters<V extends object>(layout: ColumnsLayout, select: Select, limit: number): Promise<Row<V>[]> {
    const { counterRead } = this.#options;
    const read = (pageState: string | undefined) => this.#read(select, counterPage, pageState);
    return readCounters<V>({ read, counterRead }, layout, limit);
  }

  #read({ cql, params }: Select, fetchSize = 1000, pageState?: string) {
    const statements = [{ cql, params }];
    return this.#options.session.run({ kind: 'read', statements, level: 'quorum', fetchSize, pageState });
  }
}

const chunks = (group: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(group.length / keysPerRead) }, (_, i) =>
    group.slice(i * keysPerRead, (i + 1) * keysPerRead),
  );
