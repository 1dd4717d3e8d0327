import { type Key, type Records, type Table, type Write, write } from '../../ports/records/records.ts';

interface Edited<V> {
  before: { value: V; version: number } | undefined;
  now: V | undefined;
}

/**
 * Rows of one partition, read, changed in memory, and then written as one commit in which every write states
 * the version it was made from.
 */
export class PartitionEdit<V extends object> {
  readonly #records: Records;
  readonly #table: Table<V>;
  readonly #rows = new Map<string, Edited<V>>();

  constructor(records: Records, table: Table<V>) {
    this.#records = records;
    this.#table = table;
  }

  async load(keys: readonly Key[]): Promise<void> {
    const missing = keys.filter((key) => !this.#rows.has(joined(key)));
    if (missing.length === 0) return;
    const rows = await this.#records.getMany(this.#table, missing);
    for (const [i, key] of missing.entries()) {
      this.#rows.set(joined(key), { before: rows[i], now: rows[i]?.value });
    }
  }

  /** The caller has loaded the row, or set it. */
  get<T extends V>(key: Key): T | undefined {
    return this.#rows.get(joined(key))?.now as T | undefined;
  }

  set(key: Key, value: V | undefined): void {
    const row = this.#rows.get(joined(key));
    if (row) row.now = value;
    else this.#rows.set(joined(key), { before: undefined, now: value });
  }

  writes(): Write[] {
    const writes: Write[] = [];
    for (const [name, { before, now }] of this.#rows) {
      const key = name.split(separator);
      if (now === before?.value) continue;
      if (now === undefined) writes.push(write.remove(this.#table, key, before!.version));
      else if (before) writes.push(write.replace(this.#table, key, now, before.version));
      else writes.push(write.insert(this.#table, key, now));
    }
    return writes;
  }
}

const separator = '\0';
const joined = (key: Key) => key.join(separator);
