import { type Id, type IdSource, idToNumber } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { type Records, RecordsError, type Table } from '../../ports/records/records.ts';
import { Committer, waitingCommitsMax } from './committer.ts';
import { type CqlSession, one, UnknownOutcome } from './cql.ts';
import { createClient, createDriverSession, type DriverOptions } from './driver-session.ts';
import { CounterFolder } from './fold-counters.ts';
import { Layouts } from './layout.ts';
import { Markers } from './markers.ts';
import { type MigrateOptions, migrate, missing } from './migrations.ts';
import { Outbox } from './outbox.ts';
import { createOutboxReader } from './outbox-reader.ts';
import { type Publish, Publisher } from './publisher.ts';
import { Reader } from './reader.ts';
import { createScan } from './scan.ts';
import { createStamps } from './stamps.ts';
import { Stretches, type StretchesOptions } from './stretches.ts';
import { Sweep } from './sweep.ts';

export const outboxTtlSecondsDefault = 7 * 86_400;

export interface CassandraStoreOptions extends DriverOptions {
  keyspace: string;
  /** Every table that will be used; `migrateCassandra` has made them. */
  tables: readonly Table<object>[];
  clock: Clock;
  /** Shared by the whole process; its node number is this process's alone. */
  ids: Pick<IdSource, 'next'>;
  /** Hands entries to the log. May be handed the same again. Rejects if they are not safely there. */
  publish: Publish;
  /** Called at once before a commit resolves with `ok`, for caches of this process. */
  committed?: (entries: readonly LogEntry[], isThenPending: boolean) => void;
  /** Something failed that nobody waits for; it is tried again. */
  onError?: (error: unknown) => void;
  /** How long the log can be read back. */
  outboxTtlSeconds?: number;
  waitingMax?: number;
  /** Deltas a counter may have before they are folded. */
  deltasMin?: number;
  /** Sweeps by itself, unless false: then `sweep.once` does. */
  sweeps?: boolean;
  sweepIntervalMs?: number;
  /** When partitions are cut: see stretches.ts. */
  stretches?: Pick<StretchesOptions, 'rowsMax' | 'sampleEvery' | 'leadMs'>;
  /** For tests: puts itself between the adapter and the engine. */
  wrapSession?: (session: CqlSession) => CqlSession;
}

export interface CassandraStore {
  records: Records;
  /** Committed entries after a position, oldest first, at most `logReadMax`. */
  readAfter(position: number, limit: number): Promise<LogEntry[]>;
  /** The position of the newest commit acknowledged by this process, or found when it was opened. */
  head(): number;
  /** The newest id in the outbox when the store was opened: the id source goes on above it. */
  lastId(): Id | undefined;
  sweep: Pick<Sweep, 'start' | 'stop' | 'once'>;
  stats(): CassandraStats;
  /** Answers what is wrong, or nothing. */
  ping(): Promise<string | undefined>;
  /** Resolves when nothing is left to publish, mark or fold. */
  idle(): Promise<void>;
  /** Finishes what was issued. */
  close(): Promise<void>;
}

export type CassandraStats = ReturnType<Committer['stats']> &
  ReturnType<Sweep['stats']> &
  ReturnType<CounterFolder['stats']> & {
    /** Sent so far, by why. */
    statements: Record<string, number>;
    retries: number;
    inFlight: number;
    unpublished: number;
    publishFailures: number;
    /** How far stamps run ahead of the clock: another process's clock is ahead, or this one's behind. */
    stampsAheadMs: number;
  };

/** Makes or extends the keyspace; safe to run twice, at once, and while a previous version serves. */
export async function migrateCassandra(options: DriverOptions & MigrateOptions): Promise<string[]> {
  const client = createClient(options);
  try {
    return await migrate(client, options);
  } finally {
    await client.shutdown();
  }
}

/** What `migrateCassandra` would apply; everything where the keyspace is not there. */
export async function missingMigrations(options: DriverOptions & MigrateOptions): Promise<string[]> {
  const client = createClient(options);
  try {
    return await missing(client, options);
  } finally {
    await client.shutdown();
  }
}

export async function openCassandraStore(options: CassandraStoreOptions): Promise<CassandraStore> {
  const client = createClient(options, options.keyspace);
  try {
    await client.connect();
    return await assemble(options, createDriverSession(client, options.clock.random));
  } catch (error) {
    await client.shutdown();
    throw error;
  }
}

async function assemble(
  options: CassandraStoreOptions,
  driver: ReturnType<typeof createDriverSession>,
): Promise<CassandraStore> {
  const { tables, clock, ids, publish, committed = () => {}, onError = () => {} } = options;
  const { outboxTtlSeconds = outboxTtlSecondsDefault, waitingMax = waitingCommitsMax } = options;
  const session = options.wrapSession?.(driver) ?? driver;
  const layouts = new Layouts(tables);
  const stamps = createStamps(clock.nowMs);
  const stretches = new Stretches({ session, clock, onError, ...options.stretches });
  const markers = new Markers(session, clock.random);
  const outbox = new Outbox(session, outboxTtlSeconds);
  const publisher = new Publisher(outbox, publish);
  const sweep = new Sweep({
    session,
    layouts,
    stretches,
    markers,
    outbox,
    publish,
    clock,
    outboxTtlSeconds,
    onError,
    intervalMs: options.sweepIntervalMs,
  });
  const folder = new CounterFolder({
    session,
    settledUpTo: () => sweep.settledUpTo(),
    deltasMin: options.deltasMin,
  });
  const committer = new Committer({
    holder: { session, markers, stamps, random: clock.random },
    layouts,
    stretches,
    outbox,
    publisher,
    clock,
    ids,
    committed,
    markersBefore: () => sweep.markersBefore(),
    isClockSound: () => sweep.isClockSound(),
    waitingMax,
  });
  const reader = new Reader({
    session,
    layouts,
    markers,
    stamps,
    stretches,
    counterRead: folder.read.bind(folder),
  });
  const scan = createScan({ session, layouts, reader, stretches });
  const log = createOutboxReader({ outbox, markers, nowMs: clock.nowMs, ttlSeconds: outboxTtlSeconds });
  await stretches.ready();
  const lastId = await log.newestId();
  if (options.sweeps !== false) {
    await sweep.readClock();
    sweep.start();
  }

  const idle = async () => {
    await publisher.idle();
    await folder.idle();
    await stretches.idle();
  };
  let closing: Promise<void> | undefined;
  const close = async () => {
    await committer.close();
    await sweep.stop();
    await idle();
    await driver.close();
  };
  return {
    records: {
      get: (table, key) => asRecordsError(reader.get(table, key)),
      getMany: (table, keys) => asRecordsError(reader.getMany(table, keys)),
      list: (table, prefix, list) => asRecordsError(reader.list(table, prefix, list)),
      listMany: (table, requests) => asRecordsError(reader.listMany(table, requests)),
      scan: (table, page) => asRecordsError(scan(table, page)),
      commit: (commit) => asRecordsError(committer.commit(commit)),
    },
    readAfter: (position, limit) => asRecordsError(log.readAfter(position, limit)),
    head: () => Math.max(committer.newest(), lastId === undefined ? 0 : idToNumber(lastId)),
    lastId: () => lastId,
    sweep,
    stats: () => ({
      ...committer.stats(),
      ...sweep.stats(),
      ...folder.stats(),
      statements: driver.statements(),
      retries: driver.retries(),
      inFlight: driver.inFlight(),
      unpublished: publisher.waiting,
      publishFailures: publisher.failures,
      stampsAheadMs: stamps.aheadMs(),
    }),
    async ping() {
      try {
        await session.run(
          one('ping', 'SELECT value FROM store_state WHERE name = ?', ['ping'], { level: 'quorum' }),
        );
        return sweep.isClockSound() ? undefined : "This machine's clock is far from Cassandra's.";
      } catch (error) {
        return (error as Error).message;
      }
    },
    idle,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

async function asRecordsError<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof UnknownOutcome)) throw error;
    throw new RecordsError('unavailable', error.message, { cause: error });
  }
}
