import { Client, errors } from '@opensearch-project/opensearch';
import type { Clock } from '../../ports/clock/clock.ts';
import { SearchError } from '../../ports/search/search.ts';

export interface EngineRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  path: string;
  query?: Record<string, string | number | boolean>;
  body?: object | string;
  /** Lines of JSON, each with its end. */
  lines?: string | string[];
}

export interface ConnectionOptions {
  /** One address, or several with commas between; names and passwords may stand in them. */
  url: string;
  clock: Clock;
  queryTimeoutMs?: number | undefined;
  writeTimeoutMs?: number | undefined;
}

/** What kind of work a request is: each is measured for itself. */
export type Lane = 'query' | 'write' | 'control';

export interface LaneStats {
  count: number;
  failures: number;
  seconds: number;
}

/** An index that ought to be there is not: either it moved, or it was lost. */
export class MissingIndex extends SearchError {
  constructor(message: string) {
    super('broken', message);
    this.name = 'MissingIndex';
  }
}

/** Queries at the engine at once, and those that wait for a turn; beyond, callers are told to come back. */
const queriesRunningMax = 16;
const queriesWaitingMax = 128;
const queryTimeoutMs = 4000;
const writeTimeoutMs = 30_000;
/** While the engine does not answer, one request this often finds out whether it does again. */
const probeEveryMs = 1000;
const retriesMax = 2;

/** Speaks to the engine with bounds, and says in the port's words what went wrong. */
export class Connection {
  readonly clock: Clock;
  readonly lanes: Record<Lane, LaneStats> = {
    query: { count: 0, failures: 0, seconds: 0 },
    write: { count: 0, failures: 0, seconds: 0 },
    control: { count: 0, failures: 0, seconds: 0 },
  };
  readonly #client: Client;
  readonly #timeoutsMs: Record<Lane, number>;
  #running = 0;
  #waiting: (() => void)[] = [];
  #down: SearchError | undefined;
  #nextProbeAtMs = 0;
  #closed = false;

  constructor({ url, clock, ...timeouts }: ConnectionOptions) {
    this.clock = clock;
    const nodes = url.split(',').map((each) => each.trim());
    // A request that one node does not answer goes to another; with one node the caller decides.
    this.#client = new Client({ nodes, maxRetries: Math.min(retriesMax, nodes.length - 1) });
    const writeMs = timeouts.writeTimeoutMs ?? writeTimeoutMs;
    this.#timeoutsMs = { query: timeouts.queryTimeoutMs ?? queryTimeoutMs, write: writeMs, control: writeMs };
  }

  get isUp(): boolean {
    return this.#down === undefined;
  }
  get queriesRunning(): number {
    return this.#running;
  }
  get queriesWaiting(): number {
    return this.#waiting.length;
  }
  /** The engine gives up a little before the caller does, so that no work goes on for nobody. */
  get queryBudgetMs(): number {
    return Math.ceil(this.#timeoutsMs.query * 0.75);
  }

  /** Waits for its turn among the queries. */
  async query<Answer>(request: EngineRequest): Promise<Answer> {
    if (this.#running >= queriesRunningMax) {
      if (this.#waiting.length >= queriesWaitingMax)
        throw new SearchError('overloaded', 'too many queries wait');
      // Whoever ends hands its place over, so the count stays.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running++;
    try {
      return await this.send<Answer>('query', request);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }

  async send<Answer>(
    lane: Lane,
    request: EngineRequest,
    timeoutMs = this.#timeoutsMs[lane],
  ): Promise<Answer> {
    this.#admit();
    const stats = this.lanes[lane];
    const startedMs = this.clock.monotonicMs();
    stats.count++;
    try {
      const { method, path, query, body, lines } = request;
      const { body: answer } = await this.#client.transport.request(
        {
          method,
          path,
          ...(query && { querystring: query }),
          ...(body !== undefined && { body }),
          ...(lines !== undefined && { bulkBody: lines }),
        },
        { requestTimeout: timeoutMs },
      );
      this.#down = undefined;
      return answer as Answer;
    } catch (error) {
      stats.failures++;
      throw this.#understood(error);
    } finally {
      stats.seconds += (this.clock.monotonicMs() - startedMs) / 1000;
    }
  }

  async close(): Promise<void> {
    // The client never ends its second closing.
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.close();
  }

  #admit(): void {
    if (this.#closed) throw new SearchError('closed', 'the search index is closed');
    if (!this.#down) return;
    const nowMs = this.clock.monotonicMs();
    if (nowMs < this.#nextProbeAtMs) throw this.#down;
    this.#nextProbeAtMs = nowMs + probeEveryMs;
  }

  #understood(error: unknown): Error {
    if (this.#closed) return new SearchError('closed', 'the search index is closed');
    if (!(error instanceof errors.ResponseError)) {
      // Without its cause: the client's errors carry whole requests, with passwords, which end up in logs.
      this.#down = new SearchError('unavailable', `OpenSearch does not answer: ${(error as Error).message}`);
      this.#nextProbeAtMs = this.clock.monotonicMs() + probeEveryMs;
      return this.#down;
    }
    this.#down = undefined;
    return refusal(error.statusCode ?? 0, error.body);
  }
}

interface ErrorBody {
  error?: { type?: string; reason?: string; root_cause?: { type?: string; reason?: string }[] };
}

function refusal(status: number, body: ErrorBody | undefined): Error {
  const cause = body?.error?.root_cause?.[0] ?? body?.error;
  const type = String(cause?.type ?? body?.error?.type ?? '');
  const message = `OpenSearch answers ${status}: ${type} ${cause?.reason ?? ''}`.trim();
  if (missingTypes.has(type)) return new MissingIndex(message);
  if (type.startsWith('corrupt')) return new SearchError('broken', message);
  // A script that runs out of time says so somewhere inside a failure of its own.
  if (JSON.stringify(body ?? '').includes('time_exceeded')) return new SearchError('overloaded', message);
  if (status === 429 || busyTypes.has(type)) return new SearchError('overloaded', message);
  // What it finds wrong with a request would be wrong the next time as well: a mistake of ours, to be seen.
  if (status === 400) return new Error(message);
  return new SearchError('unavailable', message);
}

const missingTypes = new Set(['index_not_found_exception', 'aliases_not_found_exception']);
const busyTypes = new Set(['rejected_execution_exception', 'circuit_breaking_exception']);

/** What went wrong with single lines of a bulk, as one error. */
export function bulkFailure(failed: readonly { status?: number; type?: string; reason?: string }[]): Error {
  const found = failed.map(({ status, type, reason }) =>
    refusal(status ?? 500, { error: { type, reason } as object }),
  );
  const missing = found.find((error) => error instanceof MissingIndex);
  if (missing) return missing;
  const [first] = found as [Error];
  return first instanceof SearchError ? first : new SearchError('unavailable', first.message);
}
