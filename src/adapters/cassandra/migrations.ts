import { createHash, randomUUID } from 'node:crypto';
import type { Client } from 'cassandra-driver';
import { pause } from '../../lib/waiting.ts';
import type { Table } from '../../ports/records/records.ts';
import { UnknownOutcome } from './cql.ts';
import { meaningOf } from './driver-session.ts';
import { Layouts, sharedDdl, tableDdl } from './layout.ts';
import { nodesDdl } from './node-lease.ts';
import { stretchesDdl } from './stretches.ts';

/**
 * A change of the schema, applied once. Never change one that was released: add another. A previous version may be
 * serving meanwhile, so a change only adds; what is no longer used is dropped a version later.
 */
interface Migration {
  id: string;
  cql: string;
}

const outboxOptions = `compaction = {'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'HOURS',
  'compaction_window_size': 6}`;

const ownMigrations: readonly Migration[] = [
  { id: '0001 decided', cql: sharedDdl },
  {
    id: '0002 outbox',
    cql: `CREATE TABLE IF NOT EXISTS outbox (bucket bigint, shard int, id text, state text, stamp bigint,
      payload text, PRIMARY KEY ((bucket, shard), id)) WITH ${outboxOptions}`,
  },
  {
    id: '0003 outbox buckets',
    cql: `CREATE TABLE IF NOT EXISTS outbox_buckets (day int, bucket bigint, PRIMARY KEY (day, bucket))`,
  },
  {
    id: '0004 store state',
    cql: 'CREATE TABLE IF NOT EXISTS store_state (name text PRIMARY KEY, value text)',
  },
  { id: '0005 nodes', cql: nodesDdl },
  { id: '0006 stretches', cql: stretchesDdl },
];

const lockRow = 'lock';
const lockTtlSeconds = 60;
const lockAttemptsMax = 240;
const lockPauseMs = 500;
/** How often is asked what may be asked twice, where nobody knows whether it took effect. */
const asksMax = 5;
const askPauseMs = 200;

export interface MigrateOptions {
  keyspace: string;
  tables: readonly Table<object>[];
  /** CQL map; for production NetworkTopologyStrategy with three copies. Used when the keyspace is made. */
  replication?: string;
}

/**
 * Brings the keyspace to this version: what is there stays, what is missing is made, one process at a time. Answers
 * what was applied.
 */
export async function migrate(client: Client, options: MigrateOptions): Promise<string[]> {
  const { keyspace, tables, replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}" } = options;
  if (!/^[a-z][a-z0-9_]{0,47}$/.test(keyspace)) throw new TypeError(`keyspace ${keyspace}`);
  const make = (cql: string) => insist(() => client.execute(cql, [], unprepared));
  await make(`CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ${replication}`);
  // A fixed id: two processes that make this table at one moment then make the same one.
  await make(`CREATE TABLE IF NOT EXISTS ${keyspace}.schema_migrations (id text PRIMARY KEY, checksum text,
    holder text) WITH id = ${tableId(keyspace)}`);
  const holder = randomUUID();
  await lock(client, keyspace, holder);
  try {
    return await applyMissing(client, keyspace, migrationsFor(tables), holder);
  } finally {
    await unlock(client, keyspace, holder);
  }
}

/** Where it stays locked, it is free again after `lockTtlSeconds`. */
async function unlock(client: Client, keyspace: string, holder: string): Promise<void> {
  const release = `UPDATE ${keyspace}.schema_migrations SET holder = null WHERE id = ? IF holder = ?`;
  try {
    await insist(() => client.execute(release, [lockRow, holder]));
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}

/** Several who ask for the lock at once can make each other's statements time out. */
async function insist<Result>(ask: () => Promise<Result>): Promise<Result> {
  for (let asked = 1; ; asked++) {
    try {
      return await ask();
    } catch (error) {
      if (!isUnknown(error) || asked >= asksMax) throw error;
      await pause(asked * askPauseMs);
    }
  }
}

const isUnknown = (error: unknown): boolean => meaningOf(error as Error) instanceof UnknownOutcome;

/** What `migrate` would apply. */
export async function missing(
  client: Client,
  { keyspace, tables }: Pick<MigrateOptions, 'keyspace' | 'tables'>,
): Promise<string[]> {
  const { rows: found } = await client.execute(
    `SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = 'schema_migrations'`,
    [keyspace],
  );
  const { rows } =
    found.length === 0
      ? { rows: [] }
      : await client.execute(`SELECT id, checksum FROM ${keyspace}.schema_migrations`, [], unprepared);
  const done = new Set(rows.filter((row) => row['checksum'] !== null).map((row) => row['id'] as string));
  return migrationsFor(tables)
    .map(({ id }) => id)
    .filter((id) => !done.has(id));
}

const unprepared = { prepare: false };

function migrationsFor(tables: readonly Table<object>[]): Migration[] {
  const made = new Layouts(tables).all().flatMap((layout) => {
    const cql = tableDdl(layout);
    return cql === undefined ? [] : [{ id: `table ${layout.cql}`, cql }];
  });
  return [...ownMigrations, ...made];
}

async function lock(client: Client, keyspace: string, holder: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    if (await tryLock(client, keyspace, holder)) return;
    if (attempt >= lockAttemptsMax)
      throw new Error('Another process has been changing the schema for minutes.');
    await pause(lockPauseMs);
  }
}

/** Asked again after a time-out it finds its own name there. */
async function tryLock(client: Client, keyspace: string, holder: string): Promise<boolean> {
  try {
    const { rows } = await client.execute(
      `UPDATE ${keyspace}.schema_migrations USING TTL ${lockTtlSeconds} SET holder = ? WHERE id = ? IF holder = null`,
      [holder, lockRow],
    );
    return rows[0]!['[applied]'] === true || rows[0]!['holder'] === holder;
  } catch (error) {
    if (isUnknown(error)) return false;
    throw error;
  }
}

async function applyMissing(
  client: Client,
  keyspace: string,
  migrations: readonly Migration[],
  holder: string,
): Promise<string[]> {
  const { rows } = await client.execute(
    `SELECT id, checksum FROM ${keyspace}.schema_migrations`,
    [],
    unprepared,
  );
  const done = new Map(rows.map((row) => [row['id'] as string, row['checksum'] as string | null]));
  const applied: string[] = [];
  for (const { id, cql } of migrations) {
    const checksum = checksumOf(cql);
    const before = done.get(id);
    if (before === checksum) continue;
    if (before)
      throw new Error(`${keyspace}: “${id}” was applied in another form; a table's key cannot change`);
    await holdLock(client, keyspace, holder);
    await insist(() => client.execute(qualified(cql, keyspace), [], unprepared));
    const note = `UPDATE ${keyspace}.schema_migrations SET checksum = ? WHERE id = ?`;
    await insist(() => client.execute(note, [checksum, id]));
    applied.push(id);
  }
  return applied;
}

/** Keeps the lock while work goes on; throws if it was lost, by a pause longer than it holds. */
async function holdLock(client: Client, keyspace: string, holder: string): Promise<void> {
  const hold = `UPDATE ${keyspace}.schema_migrations USING TTL ${lockTtlSeconds} SET holder = ? WHERE id = ? IF holder = ?`;
  const { rows } = await insist(() => client.execute(hold, [holder, lockRow, holder]));
  if (!rows[0]!['[applied]']) throw new Error('The lock on the schema was lost; run the migration again.');
}

const qualified = (cql: string, keyspace: string) =>
  cql.replace('CREATE TABLE IF NOT EXISTS ', `CREATE TABLE IF NOT EXISTS ${keyspace}.`);

const checksumOf = (cql: string) =>
  createHash('sha256').update(cql.replace(/\s+/g, ' ')).digest('hex').slice(0, 16);

function tableId(keyspace: string): string {
  const hex = createHash('sha256').update(`kith ${keyspace} schema_migrations`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
