import type { Key, ListOptions, Records, Row, Table } from '../../ports/records/records.ts';
import type { Effect } from './drive-head.ts';

/** Rows as a drive's head has them: what is stored, under what the newest commit wrote. */
export interface DriveView {
  get<V extends object>(table: Table<V>, key: Key): Promise<V | undefined>;
  list<V extends object>(table: Table<V>, prefix: Key, options: ListOptions): Promise<Row<V>[]>;
}

export function storedView(records: Records): DriveView {
  return {
    get: async (table, key) => (await records.get(table, key))?.value,
    list: (table, prefix, options) => records.list(table, prefix, options),
  };
}

/** Reads each row once: for edits that are decided together, which stand only if nothing has changed meanwhile. */
export function onceView(below: DriveView): DriveView {
  const read = new Map<string, Promise<unknown>>();
  return {
    get<V extends object>(table: Table<V>, key: Key) {
      const place = `${table.name}\0${joined(key)}`;
      const found = read.get(place) ?? below.get(table, key);
      read.set(place, found);
      return found as Promise<V | undefined>;
    },
    list: (table, prefix, options) => below.list(table, prefix, options),
  };
}

/** Writes that lie over rows, the last on each row counting. What it answers is shared: nobody changes it in place. */
export class Overlay implements DriveView {
  readonly #below: DriveView;
  /** By table, then by joined key. */
  readonly #tables = new Map<string, Map<string, Effect>>();
  #count = 0;

  constructor(below: DriveView, effects: readonly Effect[] = []) {
    this.#below = below;
    for (const effect of effects) this.write(effect);
  }

  write(effect: Effect): void {
    const rows = this.#tables.get(effect.table) ?? new Map<string, Effect>();
    this.#tables.set(effect.table, rows);
    const key = joined(effect.key);
    if (!rows.has(key)) this.#count++;
    rows.set(key, effect);
  }

  put<V extends object>(table: Table<V>, key: Key, value: V): void {
    this.write({ table: table.name, key: [...key], value });
  }

  remove(table: Table<object>, key: Key): void {
    this.write({ table: table.name, key: [...key], value: null });
  }

  /** How many rows are written. */
  size(): number {
    return this.#count;
  }

  effects(): Effect[] {
    return [...this.#tables.values()].flatMap((rows) => [...rows.values()]);
  }

  async get<V extends object>(table: Table<V>, key: Key): Promise<V | undefined> {
    const written = this.#tables.get(table.name)?.get(joined(key));
    if (!written) return this.#below.get(table, key);
    return written.value === null ? undefined : (written.value as V);
  }

  async list<V extends object>(table: Table<V>, prefix: Key, options: ListOptions): Promise<Row<V>[]> {
    const { after, before, reverse = false, limit } = options;
    const written = [...(this.#tables.get(table.name)?.values() ?? [])].filter(
      ({ key }) =>
        prefix.every((part, i) => part === key[i]) &&
        (after === undefined || compareText(key[prefix.length]!, after) > 0) &&
        (before === undefined || compareText(key[prefix.length]!, before) < 0),
    );
    if (written.length === 0) return this.#below.list(table, prefix, options);
    // Each row written may hide one that is stored.
    const asked = Math.min(1000, limit + written.length);
    const stored = await this.#below.list(table, prefix, { ...options, limit: asked });
    const order = (a: Key, b: Key) => (reverse ? -compareKeys(a, b) : compareKeys(a, b));
    const last = stored.length < asked ? undefined : stored.at(-1)!.key;
    const hidden = new Set(written.map(({ key }) => joined(key)));
    const rows = stored.filter(({ key }) => !hidden.has(joined(key)));
    for (const { key, value } of written) {
      // What comes after the last row read belongs to a later page.
      if (value === null || (last && order(key, last) > 0)) continue;
      rows.push({ key: [...key], value: value as V, version: 1 });
    }
    return rows.sort((a, b) => order(a.key, b.key)).slice(0, limit);
  }
}

const joined = (key: Key): string => key.join('\0');

function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** The order of UTF-8 bytes, as the port has it. */
export const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
