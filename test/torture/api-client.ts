import { Agent, request } from 'node:http';

/** Thrown when the server did something it promised never to do. Ends the torture. */
export class BrokenPromise extends Error {
  override name = 'BrokenPromise';
}

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes; what matters of them is checked field by field.
  body: any;
}
export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  token?: string | undefined;
  body?: object;
  /** Sent as Idempotency-Key. */
  key?: string;
}

const answerMsMax = 15_000;
const busyTriesMax = 30;
const busyRestMs = 500;

/** Speaks to one server process. Answers `unknown` where the connection failed before the answer was whole. */
export class ApiClient {
  readonly origin: string;
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  #givesUpAfterMs: number | undefined;
  /** With `answerMsMax` an answer that takes longer is not waited for, and is unknown; without, it breaks a promise. */
  constructor(port: number, { answerMsMax: givesUpAfterMs }: { answerMsMax?: number } = {}) {
    this.origin = `http://127.0.0.1:${port}`;
    this.#givesUpAfterMs = givesUpAfterMs;
  }

  async send(call: Call): Promise<Answer | 'unknown'> {
    const answer = await this.try(call);
    return answer === 'refused' ? 'unknown' : answer;
  }

  /** Tells as well where not even the connection was taken: then nothing was done, for sure. */
  try({ method, path, token, body, key }: Call): Promise<Answer | 'unknown' | 'refused'> {
    const headers: Record<string, string> = {};
    if (token) headers['authorization'] = `Bearer ${token}`;
    if (key) headers['idempotency-key'] = key;
    const text = body && JSON.stringify(body);
    if (text) headers['content-type'] = 'application/json';
    return new Promise((resolve, reject) => {
      const outgoing = request(this.origin + path, { method, headers, agent: this.#agent }, (incoming) => {
        let received = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (part: string) => {
          received += part;
        });
        incoming.on('error', () => resolve('unknown'));
        incoming.on('end', () => {
          if (!incoming.complete) return resolve('unknown');
          resolve({ status: incoming.statusCode!, body: received === '' ? null : JSON.parse(received) });
        });
      });
      outgoing.setTimeout(this.#givesUpAfterMs ?? answerMsMax, () => {
        if (this.#givesUpAfterMs !== undefined) resolve('unknown');
        reject(new BrokenPromise(`${method} ${path}: no answer in ${answerMsMax / 1000} seconds`));
        outgoing.destroy();
      });
      outgoing.on('error', ({ code }: NodeJS.ErrnoException) =>
        resolve(code === 'ECONNREFUSED' ? 'refused' : 'unknown'),
      );
      outgoing.end(text);
    });
  }

  /** For reading while nothing is being killed: anything but a 200 breaks a promise. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async get(path: string, token?: string): Promise<any> {
    const answer = await this.#whenThereIsTime({ method: 'GET', path, token });
    if (answer === 'unknown') throw new BrokenPromise(`GET ${path}: the connection failed`);
    if (answer.status !== 200)
      throw new BrokenPromise(`GET ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A machine with too much to do may ask to come again. */
  async #whenThereIsTime(call: Call): Promise<Answer | 'unknown'> {
    for (let tries = 1; ; tries++) {
      const answer = await this.send(call);
      if (answer === 'unknown' || answer.status !== 503 || tries === busyTriesMax) return answer;
      await new Promise((resolve) => setTimeout(resolve, busyRestMs));
    }
  }

  /** A list through all its pages, at most `max` items. Checks the promises every list makes. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  async list(path: string, token?: string, max = Number.POSITIVE_INFINITY): Promise<any[]> {
    // biome-ignore lint/suspicious/noExplicitAny: as above.
    const items: any[] = [];
    let cursor: string | null = '';
    while (cursor !== null && items.length < max) {
      const suffix: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page = await this.get(`${path}?limit=${pageSize}${suffix}`, token);
      if (page.nextCursor !== null && page.items.length !== pageSize)
        throw new BrokenPromise(`${path}: a page of ${page.items.length} that is not the last`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  close(): void {
    this.#agent.destroy();
  }
}

const pageSize = 100;
