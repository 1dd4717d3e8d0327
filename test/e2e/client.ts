/** Asks a server as its clients do, and holds every answer to the OpenAPI document. */
import assert from 'node:assert/strict';
import { type Contract, fetchContract } from './contract.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Sending {
  method: Method;
  /** Path and query, sent as they are. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is, instead. */
  bytes?: Uint8Array | string | undefined;
  token?: string | undefined;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** Null where the answer is no JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes, held to their schemas before a test looks at them.
  json: any;
}

const answerMsMax = 30_000;

export class Client {
  readonly url: string;
  readonly contract: Contract;
  private constructor(url: string, contract: Contract) {
    this.url = url;
    this.contract = contract;
  }

  static async of(url: string): Promise<Client> {
    return new Client(url, await fetchContract(url));
  }

  async send({ method, path, body, bytes, token, headers = {} }: Sending): Promise<Answer> {
    const sent: Record<string, string> = { ...headers };
    if (token !== undefined) sent['authorization'] ??= `Bearer ${token}`;
    const content = bytes ?? (body === undefined ? undefined : JSON.stringify(body));
    if (content !== undefined) sent['content-type'] ??= 'application/json';
    const response = await fetch(this.url + path, {
      method,
      headers: sent,
      signal: AbortSignal.timeout(answerMsMax),
      ...(content !== undefined && { body: content as string }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const json = /json/.test(type) && text !== '' ? JSON.parse(text) : null;
    const answer: Answer = { status: response.status, headers: response.headers, text, json };
    this.contract.check({ method, path }, answer);
    return answer;
  }

  /** Somebody who has an account. */
  async logIn(login: string, password: string): Promise<Person> {
    const body = { login, password };
    const { status, json, text } = await this.send({ method: 'POST', path: '/v1/sessions', body });
    assert.equal(status, 201, text);
    return new Person(this, { ...json.user, token: json.token });
  }

  /** Somebody new, logged in. */
  async register(username: string, fields: object = {}): Promise<Person> {
    const body = { username, email: `${username}@example.org`, password: passwordOf(username), ...fields };
    const { status, json, text } = await this.send({ method: 'POST', path: '/v1/users', body });
    assert.equal(status, 201, text);
    return new Person(this, { ...json.user, token: json.token });
  }
}

export const passwordOf = (username: string) => `the password of ${username}`;

/** One person and their session. */
export class Person {
  readonly client: Client;
  readonly id: string;
  readonly username: string;
  readonly token: string;
  constructor(client: Client, { id, username, token }: { id: string; username: string; token: string }) {
    this.client = client;
    this.id = id;
    this.username = username;
    this.token = token;
  }

  send(method: Method, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    return this.client.send({ method, path, body, token: this.token, ...(headers && { headers }) });
  }

  /** The body of an answer that must be good. */
  async get(path: string): Promise<Answer['json']> {
    return this.#good('GET', path);
  }
  async post(path: string, body: unknown): Promise<Answer['json']> {
    return this.#good('POST', path, body);
  }
  async put(path: string, body?: unknown): Promise<Answer['json']> {
    return this.#good('PUT', path, body);
  }
  async patch(path: string, body: unknown): Promise<Answer['json']> {
    return this.#good('PATCH', path, body);
  }
  async delete(path: string, body?: unknown): Promise<Answer['json']> {
    return this.#good('DELETE', path, body);
  }
  async #good(method: Method, path: string, body?: unknown) {
    const { status, json, text } = await this.send(method, path, body);
    assert.ok(status < 300, `${this.username}: ${method} ${path} answered ${status} ${text}`);
    return json;
  }

  /** The same person on a server that was started again. */
  on(client: Client): Person {
    return new Person(client, this);
  }
}

const pollMs = 10;
const waitMsMax = 20_000;

/** Asks again until the answer is what is waited for. */
export async function until<Result>(
  what: string,
  ask: () => Promise<Result>,
  isEnough: (result: Result) => boolean,
): Promise<Result> {
  const deadline = performance.now() + waitMsMax;
  for (;;) {
    const result = await ask();
    if (isEnough(result)) return result;
    if (performance.now() > deadline)
      assert.fail(`waited in vain until ${what}; last: ${JSON.stringify(result)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Two people of each server whom nothing else concerns. */
const markers = new WeakMap<Client, Promise<[Person, Person]>>();

/** Resolves when everybody has been told of everything that was done so far: the log is worked through in order. */
export async function settled(client: Client): Promise<void> {
  const known =
    markers.get(client) ?? Promise.all([client.register('marker_one'), client.register('marker_two')]);
  markers.set(client, known);
  const [writer, reader] = await known;
  const { id } = await writer.post('/v1/posts', { text: 'a mark', visibility: 'public' });
  await reader.post('/v1/comments', { postId: id, comment: 'seen' });
  await until(
    'everybody has been told',
    () => writer.get('/v1/notifications?limit=1'),
    ({ items }) => items[0]?.post?.id === id,
  );
}
