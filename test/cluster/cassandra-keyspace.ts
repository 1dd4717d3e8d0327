import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { createClient } from '../../src/adapters/cassandra/driver-session.ts';
import { Layouts } from '../../src/adapters/cassandra/layout.ts';
import {
  type CassandraStore,
  type CassandraStoreOptions,
  migrateCassandra,
  openCassandraStore,
} from '../../src/adapters/cassandra/store.ts';
import { createIdSource } from '../../src/lib/ids.ts';
import { type Clock, systemClock } from '../../src/ports/clock/clock.ts';
import type { LogEntry } from '../../src/ports/log/log.ts';
import { contractTables } from '../../src/ports/records/contract-store.ts';
import type { Table } from '../../src/ports/records/records.ts';

export const engine = {
  contactPoints: (process.env['KITH_CASSANDRA'] ?? '127.0.0.1:19042').split(','),
  localDataCenter: process.env['KITH_CASSANDRA_DC'] ?? 'datacenter1',
  timeoutMs: 20_000,
};

export interface TestKeyspace {
  keyspace: string;
  tables: readonly Table<object>[];
  /** Empties every table. */
  clear(): Promise<void>;
  cql(text: string, params?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** A keyspace of the test file's own, dropped after it. */
export async function testKeyspace(tables: readonly Table<object>[] = contractTables): Promise<TestKeyspace> {
  const keyspace = `kith_test_${randomUUID().slice(0, 8)}`;
  await migrateCassandra({ ...engine, keyspace, tables });
  const client = createClient(engine, keyspace);
  after(async () => {
    await client.execute(`DROP KEYSPACE ${keyspace}`, [], { prepare: false });
    await client.shutdown();
  });
  const own = new Layouts(tables).all().map(({ cql }) => cql);
  const names = [...new Set([...own, 'outbox', 'outbox_buckets', 'store_state'])];
  return {
    keyspace,
    tables,
    clear: async () => {
      for (const name of names) await client.execute(`TRUNCATE ${name}`, [], { prepare: false });
    },
    cql: async (text, params = []) =>
      (await client.execute(text, params)).rows as unknown as Record<string, unknown>[],
  };
}

let node = 0;

/** A store on that keyspace which sweeps only when told; like a process of its own. */
export async function openTestStore(
  { keyspace, tables }: TestKeyspace,
  options: Partial<CassandraStoreOptions> = {},
): Promise<CassandraStore & { published: LogEntry[] }> {
  const published: LogEntry[] = [];
  const clock: Clock = options.clock ?? systemClock;
  const store = await openCassandraStore({
    ...engine,
    keyspace,
    tables,
    clock,
    ids: createIdSource({ nowMs: clock.nowMs, node: node++ % 256 }),
    publish: async (entries) => void published.push(...entries),
    sweeps: false,
    ...options,
  });
  return { ...store, published };
}
