import type { EventLog, Hint, LogEntry, SubscribeOptions, Subscription } from '../log/log.ts';
import type { Commit, CommitResult, Key, Records, Row, Table, Write } from './records.ts';
import { commitWritesMax, getManyMax, listLimitMax } from './records.ts';

/**
 * Records and event log in memory: the fake that features are tested on. Behaves as the port says,
 * answers asynchronously, and copies values both ways so that nobody shares state by accident.
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
  const memoryLog = createMemoryLog(nowMs);

  /** Answers the write whose condition fails, if any. */
  const refusal = (writes: Write[]): CommitResult | undefined => {
    for (const each of writes) {
      const existing = tableOf(each.table).get(each.key);
      const fails =
        (each.op === 'insert' && existing !== undefined) ||
        (each.op === 'replace' && existing?.version !== each.version) ||
        (each.op === 'remove' && each.version !== undefined && existing?.version !== each.version);
      if (fails) return { ok: false, conflict: each, existing: existing && copy(existing) };
    }
    return undefined;
  };

  const apply = (each: Write) => {
    const rows = tableOf(each.table);
    const existing = rows.get(each.key);
    if (each.op === 'remove') return rows.delete(each.key);
    if (each.op === 'add') {
      const sum: Record<string, number> = { ...(existing?.value as Record<string, number> | undefined) };
      for (const [name, delta] of Object.entries(each.value)) sum[name] = (sum[name] ?? 0) + delta;
      return rows.set(each.key, sum, 1);
    }
    rows.set(each.key, structuredClone(each.value), each.op === 'replace' ? each.version + 1 : 1);
  };

  const records: Records = {
    async get<V extends object>(table: Table<V>, key: Key) {
      const row = tableOf(table).get(key);
      return row && (copy(row) as Row<V>);
    },
    async getMany<V extends object>(table: Table<V>, keys: readonly Key[]) {
      if (keys.length > getManyMax) throw new RangeError(`getMany of ${keys.length} keys`);
      return keys.map((key) => {
        const row = tableOf(table).get(key);
        return row && (copy(row) as Row<V>);
      });
    },
    async list<V extends object>(
      table: Table<V>,
      prefix: Key,
      { after, before, reverse, limit }: Parameters<Records['list']>[2],
    ) {
      if (prefix.length < table.partition.length)
        throw new RangeError(`${table.name}: a list names its partition`);
      if (limit < 1 || limit > listLimitMax) throw new RangeError(`list limit ${limit}`);
      const rows = tableOf(table)
        .sorted()
        .filter(({ key }) => {
          if (!prefix.every((part, i) => key[i] === part)) return false;
          const next = key[prefix.length];
          return (after === undefined || next! > after) && (before === undefined || next! < before);
        });
      if (reverse) rows.reverse();
      return rows.slice(0, limit).map((row) => copy(row) as Row<V>);
    },
    async scan<V extends object>(
      table: Table<V>,
      { cursor, limit }: { cursor?: string | undefined; limit: number },
    ) {
      const after = cursor === undefined ? undefined : (JSON.parse(cursor) as Key);
      const rows = tableOf(table)
        .sorted()
        .filter(({ key }) => after === undefined || compareKeys(key, after) > 0)
        .slice(0, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map((row) => copy(row) as Row<V>),
        next: rows.length === limit && last ? JSON.stringify(last.key) : undefined,
      };
    },
    async commit({ claims = [], decide, then = [], hints }: Commit) {
      checkCommit({ claims, decide, then, hints });
      const refused = refusal(claims) ?? refusal(decide);
      if (refused) return refused;
      for (const each of [...claims, ...decide, ...then]) apply(each);
      return { ok: true, position: memoryLog.append(hints) };
    },
  };
  return { records, log: memoryLog.log };
}

/** Throws where a commit breaks a rule of the port: a bug in the caller. */
export function checkCommit({ claims = [], decide, then = [], hints }: Commit): void {
  if (hints.length === 0) throw new TypeError('a commit leaves at least one hint');
  if (claims.length + decide.length + then.length > commitWritesMax)
    throw new RangeError('a commit of too many writes');
  const home = decide[0];
  for (const each of [...claims, ...decide, ...then]) {
    const { table, key } = each;
    if (
      key.length !== table.partition.length + table.clustering.length ||
      key.some((part) => typeof part !== 'string')
    ) {
      throw new TypeError(`${table.name}: key ${JSON.stringify(key)}`);
    }
    const conditional =
      each.op === 'insert' || each.op === 'replace' || (each.op === 'remove' && each.version !== undefined);
    const kind = each.op === 'add' ? 'counter' : conditional ? 'conditional' : 'plain';
    const removesCounter = each.op === 'remove' && each.version === undefined && table.kind === 'counter';
    if (kind !== table.kind && !removesCounter)
      throw new TypeError(`${table.name} is ${table.kind}: no ${each.op} of this form`);
  }
  for (const each of claims) if (each.op !== 'insert') throw new TypeError('a claim is an insert');
  for (const each of then)
    if (each.table.kind === 'conditional')
      throw new TypeError(`${each.table.name}: conditional writes decide`);
  for (const each of decide) {
    const same =
      home &&
      home.key.slice(0, home.table.partition.length).join('\0') ===
        each.key.slice(0, each.table.partition.length).join('\0');
    if (!same) throw new TypeError('a decision lies in one partition');
  }
}

interface StoredRow {
  key: Key;
  value: object;
  version: number;
}

const copy = (row: StoredRow): Row<object> => ({
  key: [...row.key],
  value: structuredClone(row.value),
  version: row.version,
});

/** Bytewise, as UTF-8: JavaScript's own order differs beyond the basic plane only, which keys do not use. */
function compareKeys(a: Key, b: Key): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < b[i]!) return -1;
    if (a[i]! > b[i]!) return 1;
  }
  return 0;
}

class MemoryTable {
  #rows = new Map<string, StoredRow>();
  #sorted: StoredRow[] | undefined;

  get(key: Key) {
    return this.#rows.get(key.join('\0'));
  }
  set(key: Key, value: object, version: number) {
    const joined = key.join('\0');
    const row = this.#rows.get(joined);
    if (row) Object.assign(row, { value, version });
    else {
      this.#rows.set(joined, { key: [...key], value, version });
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

function createMemoryLog(nowMs: () => number) {
  const entries: LogEntry[] = [];
  const positions = new Map<string, number>();
  const wakers = new Set<() => void>();
  let head = 0;

  const append = (hints: Hint[]) => {
    for (const hint of hints) entries.push({ ...structuredClone(hint), position: ++head, atMs: nowMs() });
    for (const wake of wakers) wake();
    return head;
  };

  const log: EventLog = {
    head: () => head,
    async read(after, limit) {
      return entries.filter((entry) => entry.position > after).slice(0, Math.min(limit, 1000));
    },
    async trim(olderThanMs, limit) {
      const handled = Math.min(head, ...positions.values());
      let count = 0;
      while (count < limit && entries[0] && entries[0].position <= handled && entries[0].atMs < olderThanMs) {
        entries.shift();
        count++;
      }
      return count;
    },
    async subscribe(options) {
      return subscribeInMemory({ options, entries, positions, wakers, head: () => head });
    },
  };
  return { log, append };
}

interface MemorySubscribeContext {
  options: SubscribeOptions;
  entries: LogEntry[];
  positions: Map<string, number>;
  wakers: Set<() => void>;
  head: () => number;
}

function subscribeInMemory({
  options,
  entries,
  positions,
  wakers,
  head,
}: MemorySubscribeContext): Subscription {
  const { group, start, kinds, batchMax = 500, handle } = options;
  let position = start === 'now' ? head() : (positions.get(group) ?? 0);
  if (start === 'stored') positions.set(group, position);
  let closed = false;
  let running: Promise<void> | undefined;
  let waiting: { position: number; resolve: () => void }[] = [];

  const settle = () => {
    waiting = waiting.filter((each) => {
      if (each.position > position && !closed) return true;
      each.resolve();
      return false;
    });
  };
  const run = async () => {
    await Promise.resolve();
    while (!closed && position < head()) {
      const batch = entries.filter((entry) => entry.position > position).slice(0, batchMax);
      const wanted = kinds ? batch.filter((entry) => kinds.includes(entry.kind)) : batch;
      try {
        if (wanted.length > 0) await handle(wanted);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      position = batch.at(-1)?.position ?? head();
      if (start === 'stored') positions.set(group, position);
      settle();
    }
    running = undefined;
  };
  const wake = () => {
    if (!closed) running ??= run();
  };
  wakers.add(wake);
  wake();
  return {
    lag: () => head() - position,
    caughtUp(target = head()) {
      if (position >= target || closed) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ position: target, resolve }));
    },
    async close() {
      closed = true;
      wakers.delete(wake);
      await running;
      settle();
    },
  };
}
