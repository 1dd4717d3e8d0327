/**
 * A typed client of Kith's HTTP interface, for browsers and for Node.
 *
 *     const kith = createClient({ url: 'https://kith.example', token });
 *     const post = await kith.get('/v1/posts/{id}', { path: { id } });
 */
import type { Paths } from './schema.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathsWith<M extends Method> = { [P in keyof Paths]: M extends keyof Paths[P] ? P : never }[keyof Paths];
type At<P extends keyof Paths, M extends Method> = M extends keyof Paths[P] ? Paths[P][M] : never;
type Answer<Operation> = Operation extends { answer: infer A } ? A : never;
type Part<Operation, Name extends string> =
  Operation extends Record<Name, infer Value> ? { [Key in Name]: Value } : { [Key in Name]?: undefined };
export type Asked<Operation> = Part<Operation, 'path'> &
  Partial<Part<Operation, 'query'>> &
  Part<Operation, 'body'> & {
    /** The same key makes the same thing once. */
    idempotencyKey?: string | undefined;
    signal?: AbortSignal | undefined;
  };
type Arguments<Operation> =
  Record<string, never> extends Asked<Operation> ? [asked?: Asked<Operation>] : [asked: Asked<Operation>];

type Call<M extends Method> = <P extends PathsWith<M>>(
  path: P,
  ...asked: Arguments<At<P, M>>
) => Promise<Answer<At<P, M>>>;
export type Client = { [M in Method]: Call<M> };

export interface ClientOptions {
  /** Where Kith is; default: where this page came from. */
  url?: string;
  /** A session's token or an app password. Browsers on Kith's own pages have a cookie instead. */
  token?: string;
  fetch?: typeof fetch;
}

/** What is wrong with one field. `code` names the message, `limit` is the number in it. */
export interface FieldProblem {
  field: string;
  message: string;
  code?: string;
  limit?: number;
}

/** A refusal as the server explains it (RFC 9457), or `offline` where it could not be asked. */
export class KithError extends Error {
  readonly status: number;
  readonly code: string;
  /** Names the message where the code says too little, for words in other languages. */
  readonly reason: string | undefined;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: {
    status: number;
    code: string;
    detail: string;
    reason?: string | undefined;
    fields?: readonly FieldProblem[];
    retryAfterSeconds?: number | undefined;
  }) {
    super(problem.detail);
    this.name = 'KithError';
    this.status = problem.status;
    this.code = problem.code;
    this.reason = problem.reason;
    this.fields = problem.fields ?? [];
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** Of what may be sent twice, to a server that says it is too busy right now. */
const triesMax = 3;
const waitMsMax = 3000;

interface Loose {
  path?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export function createClient({ url = '', token, fetch: send = fetch }: ClientOptions = {}): Client {
  const call =
    (method: Method) =>
    async (path: string, asked: Loose = {}) => {
      const headers: Record<string, string> = { accept: 'application/json' };
      if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
      if (asked.body !== undefined) headers['content-type'] = 'application/json';
      if (asked.idempotencyKey !== undefined) headers['idempotency-key'] = asked.idempotencyKey;
      const attempt = () =>
        reach(() =>
          send(url + addressOf(path, asked), {
            method: method.toUpperCase(),
            headers,
            ...(asked.body !== undefined && { body: JSON.stringify(asked.body) }),
            ...(asked.signal && { signal: asked.signal }),
          }),
        );
      const mayRepeat = (method !== 'post' && method !== 'patch') || asked.idempotencyKey !== undefined;
      let response = await attempt();
      for (let tries = 1; mayRepeat && response.status === 503 && tries < triesMax; tries++) {
        await waitAsAsked(response);
        response = await attempt();
      }
      if (!response.ok) throw await problemOf(response);
      const text = await reach(() => response.text());
      return text === '' ? null : (JSON.parse(text) as unknown);
    };
  const client = { get: call('get'), post: call('post'), put: call('put') };
  return { ...client, patch: call('patch'), delete: call('delete') } as unknown as Client;
}

function waitAsAsked({ headers }: Response): Promise<void> {
  const waitMs = Math.min(waitMsMax, Number(headers.get('retry-after') ?? 1) * 1000 || 1000);
  return new Promise((resolve) => setTimeout(resolve, waitMs));
}

function addressOf(path: string, { path: names = {}, query = {} }: Loose): string {
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? place : `${place}?${text}`;
}

async function reach<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new KithError({ status: 0, code: 'offline', detail: 'The server cannot be reached.' });
  }
}

async function problemOf(response: Response): Promise<KithError> {
  const problem = (await response.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    title?: string;
    reason?: string;
    errors?: FieldProblem[];
  };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new KithError({
    status: response.status,
    code: problem.code ?? 'internal',
    detail: problem.detail ?? problem.title ?? 'Something went wrong.',
    reason: problem.reason,
    fields: problem.errors ?? [],
    retryAfterSeconds: Number.isNaN(retryAfter) ? undefined : retryAfter,
  });
}
