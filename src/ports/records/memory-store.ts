import type { EventLog } from '../log/log.ts';
import { createMemoryLog } from '../log/memory-log.ts';
import { checkCommit, checkGetMany, checkKey, checkList, checkScan } from './checks.ts';
import type { Commit, CommitResult, Key, ListRequest, Records, Row, Table, Write } from './records.ts';

/**
 * Records and event log in memory: the fake that features are tested on. Behaves as the port says, answers
 * asynchronously, and keeps values as JSON text so that nobody shares state by accident.
 */
export function createMemoryStore({ nowMs = () => 0 }: { nowMs?: () => number } = {}): {
  records: Records;
  log: EventLog;
} {
  const tables = new Map<string, MemoryTable>();
  const tableOf = (table: Table<object>) => {
    const found = tables.get(table.name) ?? new MemoryTable();
    tables.set(table.name, found);
    return found;
  };
  const { log, append } = createMemoryLog(nowMs);

  /** Answers the write whose condition fails, if any. */
  const refusal = (writes: Write[]): CommitResult | undefined => {
    for (const each of writes) {
      const existing = tableOf(each.table).get(each.key);
      const fails =
        (each.op === 'insert' && existing !== undefined) ||
        (each.op === 'replace' && existing?.version !== each.version) ||
        (each.op === 'remove' && each.version !== undefined && existing?.version !== each.version);
      if (fails) return { ok: false, conflict: each, existing: existing && rowOf(existing) };
    }
    return undefined;
  };

  const apply = (each: Write) => {
    const rows = tableOf(each.table);
    if (each.op === 'remove') return rows.delete(each.key);
    if (each.op === 'add') {
      const existing = rows.get(each.key);
      const sum: Record<string, number> = existing ? JSON.parse(existing.text) : {};
      for (const [name, delta] of Object.entries(each.value)) sum[name] = (sum[name] ?? 0) + delta;
      return rows.set(each.key, JSON.stringify(sum), 1);
    }
    rows.set(each.key, JSON.stringify(each.value), each.op === 'replace' ? each.version + 1 : 1);
  };

  const get = <V extends object>(table: Table<V>, key: Key) => {
    checkKey(table, key);
    const row = tableOf(table).get(key);
    return row && (rowOf(row) as Row<V>);
  };

  const records: Records = {
    get: async (table, key) => get(table, key),
    async getMany(table, keys) {
      checkGetMany(keys);
      return keys.map((key) => get(table, key));
    },
    async list<V extends object>(table: Table<V>, prefix: Key, options: Parameters<Records['list']>[2]) {
      checkList(table, prefix, options);
      const { after, before, reverse, limit } = options;
      const rows = tableOf(table)
        .sorted()
        .filter(({ key }) => {
          if (!prefix.every((part, i) => key[i] === part)) return false;
          const next = key[prefix.length]!;
          return (
            (after === undefined || compareText(next, after) > 0) &&
            (before === undefined || compareText(next, before) < 0)
          );
        });
      if (reverse) rows.reverse();
      return rows.slice(0, limit).map((row) => rowOf(row) as Row<V>);
    },
    async listMany<V extends object>(table: Table<V>, requests: readonly ListRequest[]) {
      checkGetMany(requests);
      return Promise.all(requests.map(({ prefix, ...options }) => records.list(table, prefix, options)));
    },
    async scan<V extends object>(
      table: Table<V>,
      { cursor, limit }: { cursor?: string | undefined; limit: number },
    ) {
      checkScan(limit);
      const after = cursor === undefined ? undefined : (JSON.parse(cursor) as Key);
      const rows = tableOf(table)
        .sorted()
        .filter(({ key }) => after === undefined || compareKeys(key, after) > 0)
        .slice(0, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map((row) => rowOf(row) as Row<V>),
        next: rows.length === limit && last ? JSON.stringify(last.key) : undefined,
      };
    },
    async commit(commit: Commit) {
      checkCommit(commit);
      const { claims = [], decide, then = [], hints } = commit;
      const refused = refusal(claims) ?? refusal(decide);
      if (refused) return refused;
      for (const each of [...claims, ...decide, ...then]) apply(each);
      return { ok: true, position: append(hints) };
    },
  };
  return { records, log };
}

interface StoredRow {
  key: Key;
  text: string;
  version: number;
}

const rowOf = ({ key, text, version }: StoredRow): Row<object> => ({
  key: [...key],
  value: JSON.parse(text) as object,
  version,
});

function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < a.length; i++) {
    const order = compareText(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return 0;
}

/** The order of UTF-8 bytes. JavaScript's own puts surrogate pairs before U+E000 to U+FFFF. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return byteRank(a.charCodeAt(i)) - byteRank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

const byteRank = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

class MemoryTable {
  #rows = new Map<string, StoredRow>();
  #sorted: StoredRow[] | undefined;

  get(key: Key) {
    return this.#rows.get(key.join('\0'));
  }
  set(key: Key, text: string, version: number) {
    const joined = key.join('\0');
    const row = this.#rows.get(joined);
    if (row) Object.assign(row, { text, version });
    else {
      this.#rows.set(joined, { key: [...key], text, version });
      this.#sorted = undefined;
    }
  }
  delete(key: Key) {
    if (this.#rows.delete(key.join('\0'))) this.#sorted = undefined;
  }
  sorted(): StoredRow[] {
    this.#sorted ??= [...this.#rows.values()].sort((a, b) => compareKeys(a.key, b.key));
    return this.#sorted;
  }
}
