/** What is sent to Cassandra from this process: each statement, in which wave, to which partition. */
import { Client, type types } from 'cassandra-driver';

export interface SentStatement {
  cql: string;
  params: readonly unknown[];
  /** Statements sent while another of the same wave was under way share its number. */
  wave: number;
}

type Parameters = readonly unknown[];
/** What each process does by itself now and then, and what follows an acknowledgement, behind everybody's back. */
const upkeep = /\b(store_state|nodes|outbox_buckets|schema_migrations|stretches|UPDATE outbox)\b|system/;

let underWay = 0;
let wave = 0;
const sent: SentStatement[] = [];

function note(statements: readonly { cql: string; params: Parameters }[]): () => void {
  const own = statements.filter(({ cql }) => !upkeep.test(cql));
  if (own.length === 0) return () => undefined;
  if (underWay++ === 0) wave++;
  for (const { cql, params } of own) sent.push({ cql: cql.replaceAll('"', ''), params, wave });
  return () => void underWay--;
}

/** Every client of this process from now on is watched. */
export function watchCql(): void {
  const { execute, batch } = Client.prototype as unknown as Record<
    string,
    (...args: never[]) => Promise<unknown>
  >;
  Object.assign(Client.prototype, {
    async execute(this: Client, cql: string, params: Parameters = [], ...rest: unknown[]) {
      const done = note([{ cql, params }]);
      return execute!.call(this, ...([cql, params, ...rest] as never[])).finally(done);
    },
    async batch(this: Client, queries: { query: string; params: Parameters }[], ...rest: unknown[]) {
      const done = note(queries.map(({ query, params }) => ({ cql: query, params })));
      return batch!.call(this, ...([queries, ...rest] as never[])).finally(done);
    },
  });
}

/** Everything sent since the last call. */
export function takeSent(): SentStatement[] {
  return sent.splice(0);
}

/** Resolves when nothing has been under way for a moment. */
export async function quiet(): Promise<void> {
  for (let still = 0; still < 5; still = underWay === 0 ? still + 1 : 0)
    await new Promise((wake) => setTimeout(wake, 5));
}

export const wavesIn = (statements: readonly SentStatement[]) =>
  new Set(statements.map((each) => each.wave)).size;

/** The partition columns of every table of a keyspace. */
export type Partitions = ReadonlyMap<string, readonly string[]>;

export async function readPartitions(client: Client, keyspace: string): Promise<Partitions> {
  const { rows } = await client.execute(
    'SELECT table_name, column_name, kind FROM system_schema.columns WHERE keyspace_name = ?',
    [keyspace],
  );
  const found = new Map<string, string[]>();
  for (const row of rows as types.Row[]) {
    if (row['kind'] !== 'partition_key') continue;
    const table = row['table_name'] as string;
    found.set(table, [...(found.get(table) ?? []), row['column_name'] as string]);
  }
  return found;
}

export const tableOf = (cql: string): string => /\b(?:FROM|INTO|UPDATE)\s+(\w+)/.exec(cql)![1]!;
export const isWrite = ({ cql }: SentStatement) => !/^\s*SELECT/.test(cql);

/** Which partition a statement names whole, or undefined: then it looks through many. */
export function partitionOf({ cql, params }: SentStatement, partitions: Partitions): string | undefined {
  const table = tableOf(cql);
  const values = boundValues(cql, params);
  const parts = partitions.get(table)!.map((column) => values.get(column));
  return parts.includes(undefined) ? undefined : JSON.stringify([table, ...parts]);
}

/** The columns that a statement fixes to one value each. */
function boundValues(cql: string, params: Parameters): Map<string, string> {
  const given = [...params];
  const values = new Map<string, string>();
  const insert = /INTO\s+\w+\s*\(([^)]*)\)\s*VALUES\s*\(([^)]*)\)/.exec(cql);
  if (insert) {
    const columns = insert[1]!.split(',').map((name) => name.trim());
    for (const [i, text] of insert[2]!.split(',').entries())
      values.set(columns[i]!, text.trim() === '?' ? String(given.shift()) : text.trim());
    return values;
  }
  const where = cql.slice(cql.indexOf('WHERE'));
  // What is bound before the conditions (timestamps, assignments) is of no interest here.
  given.splice(0, (cql.slice(0, cql.indexOf('WHERE')).match(/\?/g) ?? []).length);
  for (const [, column, operator, text] of where.matchAll(/(\w+)\s*(=|IN|[<>]=?)\s*(\?|'[^']*'|\d+)/g)) {
    const value = text === '?' ? String(given.shift()) : text!;
    if (operator === '=' && !values.has(column!)) values.set(column!, value);
  }
  return values;
}
