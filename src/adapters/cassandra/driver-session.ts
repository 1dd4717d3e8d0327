import { Client, errors, policies, types } from 'cassandra-driver';
import { pause } from '../../lib/waiting.ts';
import { RecordsError } from '../../ports/records/records.ts';
import {
  type CqlAnswer,
  type CqlRequest,
  type CqlRow,
  type CqlSession,
  type StatementKind,
  UnknownOutcome,
} from './cql.ts';
import { levels } from './levels.ts';

export interface DriverOptions {
  /** `host` or `host:port`. */
  contactPoints: readonly string[];
  localDataCenter: string;
  username?: string | undefined;
  password?: string | undefined;
  /** How long the engine may take for one statement. */
  timeoutMs?: number;
}

export interface DriverSession extends CqlSession {
  /** Statements sent so far, by why. */
  statements(): Record<string, number>;
  retries(): number;
  inFlight(): number;
  close(): Promise<void>;
}

const timeoutMsDefault = 5_000;
/** Statements under way; more wait here, where they cost little. */
const inFlightMax = 512;
const attemptsMax = 4;
const retryPauseMs = 40;
/** The driver's own would let a node that was away for a minute go unnoticed for another. */
const reconnectMs = { min: 250, max: 2_000 };

export function createClient(options: DriverOptions, keyspace?: string): Client {
  const { contactPoints, localDataCenter, username, password, timeoutMs = timeoutMsDefault } = options;
  return new Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    ...(keyspace === undefined ? {} : { keyspace }),
    ...(username === undefined ? {} : { credentials: { username, password: password ?? '' } }),
    encoding: { useBigIntAsLong: true },
    socketOptions: { readTimeout: timeoutMs, connectTimeout: timeoutMs },
    policies: {
      retry: new policies.retry.FallthroughRetryPolicy(),
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(
        reconnectMs.min,
        reconnectMs.max,
        false,
      ),
    },
    queryOptions: {
      prepare: true,
      isIdempotent: true,
      captureStackTrace: false,
      consistency: levels.write,
      serialConsistency: levels.decide,
    },
  });
}

/** The driver behind the narrow interface: levels, bounded retries of what may be repeated, errors by what they mean. */
export function createDriverSession(client: Client, random: () => number): DriverSession {
  const counts: Partial<Record<StatementKind, number>> = {};
  const turns = createTurns(inFlightMax);
  let retries = 0;

  const runOnce = async (request: CqlRequest): Promise<CqlAnswer> => {
    counts[request.kind] = (counts[request.kind] ?? 0) + request.statements.length;
    const result = await send(client, request);
    return {
      rows: (result.rows ?? []) as unknown as CqlRow[],
      pageState: result.pageState ?? undefined,
      applied: request.conditional ? result.wasApplied() : true,
    };
  };

  const run = async (request: CqlRequest): Promise<CqlAnswer> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await runOnce(request);
      } catch (error) {
        const meant = meaningOf(error as Error);
        // A conditional statement sent twice may answer "no" because of itself; its sender settles that.
        const again = meant instanceof UnknownOutcome && !request.conditional && attempt < attemptsMax;
        if (!again) throw meant;
        retries++;
        await pause(attempt * retryPauseMs * (0.5 + random()));
      }
    }
  };

  return {
    run: (request) => turns.run(() => run(request)),
    statements: () => ({ ...counts }) as Record<string, number>,
    retries: () => retries,
    inFlight: turns.busy,
    close: () => client.shutdown(),
  };
}

function send(client: Client, { statements, level, fetchSize, pageState }: CqlRequest) {
  const consistency = consistencyOf(level);
  const only = statements[0]!;
  if (statements.length === 1) {
    return client.execute(only.cql, [...only.params], {
      consistency,
      ...(fetchSize === undefined ? {} : { fetchSize }),
      ...(pageState === undefined ? {} : { pageState }),
    });
  }
  const queries = statements.map(({ cql, params }) => ({ query: cql, params: [...params] }));
  return client.batch(queries, { consistency, logged: false });
}

function consistencyOf(level: CqlRequest['level']): types.consistencies {
  if (level === undefined) return levels.write;
  return level === 'serial' ? levels.settle : levels.read;
}

const codes = types.responseErrorCodes;
const unknownCodes: readonly number[] = [
  codes.serverError,
  codes.unavailableException,
  codes.overloaded,
  codes.isBootstrapping,
  codes.truncateError,
  codes.writeTimeout,
  codes.readTimeout,
  codes.readFailure,
  codes.writeFailure,
];

/** What an error of the driver means for the statement. */
export function meaningOf(error: Error): Error {
  if (error instanceof errors.ResponseError) {
    // Cassandra 4.1 and later may be told to refuse writes when disks fill.
    if (/guardrail.*disk_usage|disk usage/i.test(error.message)) {
      return new RecordsError('full', 'The database is full.', { cause: error });
    }
    return unknownCodes.includes(error.code)
      ? new UnknownOutcome(`Cassandra: ${error.message}`, { cause: error })
      : error;
  }
  const isTransport =
    error instanceof errors.OperationTimedOutError ||
    error instanceof errors.NoHostAvailableError ||
    error instanceof errors.BusyConnectionError ||
    // A node that dies with statements under way.
    'isSocketError' in error ||
    'code' in error;
  return isTransport ? new UnknownOutcome(`Cassandra: ${error.message}`, { cause: error }) : error;
}

/** Lets so many pieces of work go on at once; the others follow in order. */
function createTurns(max: number) {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return {
    busy: () => busy + waiting.length,
    async run<Result>(work: () => Promise<Result>): Promise<Result> {
      if (busy >= max) await new Promise<void>((resolve) => waiting.push(resolve));
      else busy++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else busy--;
      }
    },
  };
}
