/**
 * Takes rows over from another store into an empty keyspace, past the protocol of commits: no outbox, no markers.
 *
 * Why that is sound. Every imported cell is written at timestamp 1, which is below every timestamp that a commit can
 * give: conditional writes carry the time of their ballot, plain ones the commit's stamp, both microseconds of a clock.
 * So whatever is written later, by whatever process with whatever clock, wins over an imported cell, and an import
 * statement that arrives late or twice changes nothing: it finds its own cells, or newer ones, or their tombstones. The
 * usual danger of mixing conditional and other writes is that the two clocks differ; here the other clock stands still.
 * A conditional write reads at a quorum before it decides and therefore sees the imported row, because the import is
 * acknowledged by a quorum and nothing serves before it is done (`takeOverMark`). Its own condition, `stamp < ?`, holds,
 * because imported rows are stamped 1 as well; and versions go on where they were.
 *
 * The keyspace must never have held these rows: tombstones of removed ones would hide what is imported. The caller
 * refuses a keyspace with traces of use, and compares both sides when all is written.
 */
import { eachLimited } from '../../lib/each-limited.ts';
import { firstIdAt, type Id } from '../../lib/ids.ts';
import { pause } from '../../lib/waiting.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { checkKey } from '../../ports/records/checks.ts';
import { listLimitMax, type Row, type Table } from '../../ports/records/records.ts';
import { rowColumns, storedRow } from './conditional-rows.ts';
import { type CqlSession, one, type Statement, textOf, UnknownOutcome } from './cql.ts';
import { createClient, createDriverSession, type DriverOptions } from './driver-session.ts';
import { joinParts, partitionText } from './keys.ts';
import { keyValues, Layouts, matches, sharedTable } from './layout.ts';
import { Markers } from './markers.ts';
import { newestOfNode, nodesHeld } from './node-lease.ts';
import { Reader } from './reader.ts';
import { createScan } from './scan.ts';
import { createStamps } from './stamps.ts';
import { Stretches } from './stretches.ts';

/** Below all that commits are stamped with. */
const importStamp = 1n;
/** Of a counter's imported total: every delta counts beside it. */
const importFloor = firstIdAt(0);
const batchesAtOnce = 64;
const batchRowsMax = 32;
/** Cassandra warns of larger batches from 5 KiB on and refuses them at ten times that. */
const batchCharactersMax = 4_000;
const markName = 'move';
const markAttemptsMax = 8;

export interface TakeOverOptions extends DriverOptions {
  keyspace: string;
  tables: readonly Table<object>[];
  clock: Clock;
}

export interface TakeOver {
  /** Writes rows as they are, versions and totals included; repeating it changes nothing. Any number of rows. */
  put(table: Table<object>, rows: readonly Row<object>[]): Promise<void>;
  /** Every row of every table, in no order; each CQL table is read once. */
  eachPage(see: (table: Table<object>, rows: readonly Row<object>[]) => void): Promise<void>;
  /** CQL tables that show that the keyspace is or was in use. */
  traces(): Promise<string[]>;
  /** Processes that hold a number to mint ids under: they serve, or did within the last minute. */
  processes(): Promise<number>;
  mark(): Promise<string | undefined>;
  /** Writes the mark if it still is what it was; throws if somebody else has changed it. */
  setMark(before: string | undefined, after: string | undefined): Promise<void>;
  /** Ids minted under number 0, which is that of a store by itself, go on above this one. */
  continueIdsAfter(id: Id): Promise<void>;
  close(): Promise<void>;
}

/** What `setMark` last wrote in that keyspace. */
export async function takeOverMark(
  options: DriverOptions & Pick<TakeOverOptions, 'keyspace' | 'clock'>,
): Promise<string | undefined> {
  const client = createClient(options, options.keyspace);
  try {
    await client.connect();
    return await readMark(createDriverSession(client, options.clock.random));
  } finally {
    await client.shutdown();
  }
}

export async function openTakeOver(options: TakeOverOptions): Promise<TakeOver> {
  const { keyspace, tables, clock } = options;
  const client = createClient(options, keyspace);
  try {
    await client.connect();
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  const session = createDriverSession(client, clock.random);
  const layouts = new Layouts(tables);
  return {
    put: (table, rows) => put(session, layouts, table, rows),
    eachPage: (see) => eachPage({ session, layouts, tables, clock }, see),
    traces: () => traces(session, layouts),
    processes: () => nodesHeld(client, clock.nowMs()),
    mark: () => readMark(session),
    setMark: (before, after) => setMark(session, before, after),
    continueIdsAfter: (id) => newestOfNode(client, 0, id),
    close: () => session.close(),
  };
}

async function put(
  session: CqlSession,
  layouts: Layouts,
  table: Table<object>,
  rows: readonly Row<object>[],
): Promise<void> {
  await eachLimited(batchesOf(table, rows), batchesAtOnce, async (batch) => {
    const statements = batch.map((row) => rowStatement(layouts, table, row));
    await session.run({ kind: 'import', statements });
  });
}

/** Neighbours in one partition go together. */
function batchesOf(table: Table<object>, rows: readonly Row<object>[]): Row<object>[][] {
  const batches: Row<object>[][] = [];
  let place = '';
  let characters = 0;
  for (const row of rows) {
    checkKey(table, row.key);
    const partition = joinParts(row.key.slice(0, table.partition.length));
    const length = JSON.stringify(row.value).length;
    const last = batches.at(-1);
    const fits = last && last.length < batchRowsMax && characters + length <= batchCharactersMax;
    if (fits && partition === place) last.push(row);
    else {
      batches.push([row]);
      characters = 0;
    }
    characters += length;
    place = partition;
  }
  return batches;
}

/** Only UPDATE is used where commits use it: a row made so vanishes with its last column. */
function rowStatement(
  layouts: Layouts,
  table: Table<object>,
  { key, value, version }: Row<object>,
): Statement {
  const layout = layouts.of(table.name);
  const text = JSON.stringify(value);
  if (layout.kind === 'conditional') {
    const count = table.partition.length;
    return {
      cql: `UPDATE ${layout.cql} USING TIMESTAMP ${importStamp} SET value = ?, version = ?, stamp = ?
        WHERE partition = ? AND family = ? AND key = ?`,
      params: [
        text,
        version,
        importStamp,
        partitionText(key.slice(0, count)),
        table.name,
        joinParts(key.slice(count)),
      ],
    };
  }
  const columns = [...layout.partition, ...layout.clustering];
  if (layout.kind === 'counter') {
    return {
      cql: `UPDATE ${layout.cql} USING TIMESTAMP ${importStamp} SET value = ?, floor = ?
        WHERE ${matches(columns)} AND tx = ''`,
      params: [text, importFloor, ...keyValues(layout, key)],
    };
  }
  const marks = columns.map(() => '?').join(', ');
  return {
    cql: `INSERT INTO ${layout.cql} (${columns.join(', ')}, value) VALUES (${marks}, ?)
      USING TIMESTAMP ${importStamp}`,
    params: [...keyValues(layout, key), text],
  };
}

interface Pages {
  session: CqlSession;
  layouts: Layouts;
  tables: readonly Table<object>[];
  clock: Clock;
}

async function eachPage(
  { session, layouts, tables, clock }: Pages,
  see: (table: Table<object>, rows: readonly Row<object>[]) => void,
): Promise<void> {
  const stamps = createStamps(clock.nowMs);
  const markers = new Markers(session, clock.random);
  const stretches = new Stretches({ session, clock });
  const reader = new Reader({ session, layouts, markers, stamps, stretches, counterRead: () => {} });
  const scan = createScan({ session, layouts, reader, stretches });
  const conditional = tables.filter(({ kind }) => kind === 'conditional');
  for (const cql of new Set(conditional.map(({ name }) => layouts.of(name).cql))) {
    const among = conditional.filter(({ name }) => layouts.of(name).cql === cql);
    let pageState: string | undefined;
    do {
      const select = `SELECT ${rowColumns} FROM ${cql}`;
      const answer = await session.run(one('scan', select, [], { fetchSize: listLimitMax, pageState }));
      pageState = answer.pageState;
      const stored = answer.rows.map(storedRow);
      for (const table of among) {
        const rows = stored.filter(({ family }) => family === table.name);
        if (rows.length > 0) see(table, await reader.standing(table, rows));
      }
    } while (pageState !== undefined);
  }
  for (const table of tables) {
    if (table.kind === 'conditional') continue;
    let cursor: string | undefined;
    do {
      const page = await scan(table, { cursor, limit: listLimitMax });
      if (page.rows.length > 0) see(table, page.rows);
      cursor = page.next;
    } while (cursor !== undefined);
  }
}

async function traces(session: CqlSession, layouts: Layouts): Promise<string[]> {
  const names = new Set([sharedTable, ...layouts.all().map(({ cql }) => cql), 'outbox_buckets']);
  const found: string[] = [];
  await eachLimited([...names], 8, async (name) => {
    const { rows } = await session.run(one('scan', `SELECT * FROM ${name} LIMIT 1`, []));
    if (rows.length > 0) found.push(name);
  });
  return found.sort();
}

async function readMark(session: CqlSession): Promise<string | undefined> {
  const cql = 'SELECT value FROM store_state WHERE name = ?';
  const { rows } = await session.run(one('import', cql, [markName], { level: 'serial' }));
  return textOf(rows[0]?.['value']);
}

/** Conditional, so that of two who move into one keyspace one finds out. After a time-out it looks what stands there. */
async function setMark(
  session: CqlSession,
  before: string | undefined,
  after: string | undefined,
): Promise<void> {
  const condition = before === undefined ? 'IF value = null' : 'IF value = ?';
  const cql = `UPDATE store_state SET value = ? WHERE name = ? ${condition}`;
  const params = [after ?? null, markName, ...(before === undefined ? [] : [before])];
  for (let attempt = 1; ; attempt++) {
    try {
      const { applied } = await session.run({
        kind: 'import',
        statements: [{ cql, params }],
        conditional: true,
      });
      if (applied || (await readMark(session)) === after) return;
      throw new Error('Somebody else is moving something into this keyspace.');
    } catch (error) {
      if (!(error instanceof UnknownOutcome) || attempt >= markAttemptsMax) throw error;
      await pause(attempt * 100);
    }
  }
}
