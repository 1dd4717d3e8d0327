import { eachLimited } from '../../src/lib/each-limited.ts';
import { BrokenPromise } from '../torture/api-client.ts';
import type { Availability } from './availability.ts';
import { PatientClient } from './patient-client.ts';
import type { RetryingClient } from './retrying-client.ts';

/** The smallest picture there is: one dot. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const everyMs = 3_000;
const sendMsMax = { first: 8_000, second: 15_000 };
/** A job whose process died is begun again when its lease of a minute is over. */
const readyMsMax = 150_000;
const stepMs = 300;
const atOnceMax = 8;

/** Somebody who sends photos all the time: each that was taken must be ready in the end, and shown by every process. */
export class Photos {
  /** Promises that were seen broken while things went on. */
  readonly broken: string[] = [];
  readonly #client: RetryingClient;
  readonly #ports: readonly number[];
  readonly #availability: Availability;
  readonly #taken: string[] = [];
  #token = '';
  #keys = 0;
  #isStopped = false;

  constructor(client: RetryingClient, ports: readonly number[], availability: Availability) {
    this.#client = client;
    this.#ports = ports;
    this.#availability = availability;
  }

  get count(): number {
    return this.#taken.length;
  }

  async begin(): Promise<void> {
    const username = `zqphotos${Date.now().toString(36)}`;
    const body = { username, email: `${username}@example.org`, password: 'correct horse battery staple 7' };
    const path = '/v1/users';
    const { answer } = await this.#client.send({
      method: 'POST',
      path,
      body: { ...body, displayName: username },
    });
    if (answer === 'unknown' || answer.status !== 201)
      throw new BrokenPromise(`registering before any fault: ${JSON.stringify(answer)}`);
    this.#token = answer.body.token;
  }

  async run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        await this.#one();
      } catch (error) {
        if (!(error instanceof BrokenPromise)) throw error;
        this.broken.push(`while ${this.#availability.fault}: ${error.message}`);
      }
      await new Promise((wake) => setTimeout(wake, everyMs));
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #one(): Promise<void> {
    const body = { filename: 'dot.png', contentType: 'image/png', sizeBytes: dot.length };
    const key = `photo-${++this.#keys}`;
    const call = { method: 'POST', path: '/v1/uploads', token: this.#token, body, key } as const;
    const { answer } = await this.#client.send(call);
    if (answer === 'unknown') return;
    if (answer.status !== 201) throw new BrokenPromise(`POST /v1/uploads: ${JSON.stringify(answer)}`);
    const { mediaId, url, headers } = answer.body;
    if (await this.#send(url, headers)) this.#taken.push(mediaId);
  }

  /** To the process that gave the address, or else to the next; one that does not listen is passed over. */
  async #send(url: string, headers: Record<string, string>): Promise<boolean> {
    const { fault } = this.#availability;
    const startMs = performance.now();
    let to = url;
    const ask = async (msMax: number) => {
      const said = await put(to, headers, msMax);
      to = this.#next(to);
      return said === refused ? put(to, headers, msMax) : said;
    };
    const first = await ask(sendMsMax.first);
    const retried = first !== '200';
    const second = retried ? await ask(sendMsMax.second) : first;
    const failure =
      second === '200' ? {} : { failure: `PUT ${new URL(url).pathname}: ${first}, then ${second}` };
    this.#availability.note(fault, 'write', { ms: performance.now() - startMs, retried, ...failure });
    return second === '200';
  }

  #next(url: string): string {
    const next = new URL(url);
    next.port = String(this.#ports[(this.#ports.indexOf(Number(next.port)) + 1) % this.#ports.length]);
    return next.href;
  }

  /** Answers what is not as it should be. */
  async check(): Promise<string[]> {
    const { broken } = this;
    const endMs = performance.now() + readyMsMax;
    for (const port of this.#ports) {
      const api = new PatientClient(port);
      await eachLimited(this.#taken, atOnceMax, async (id) => {
        const wrong = await this.#wrong(api, id, endMs);
        if (wrong) broken.push(wrong);
      });
      api.close();
    }
    return broken;
  }

  async #wrong(api: PatientClient, id: string, endMs: number): Promise<string | undefined> {
    for (;;) {
      const { state, error, variants } = await api.get(`/v1/media/${id}`, this.#token);
      if (state === 'ready') {
        const { pathname, search } = new URL(variants[0].url);
        const shown = await fetch(api.origin + pathname + search);
        const bytes = (await shown.arrayBuffer()).byteLength;
        return shown.status === 200 && bytes > 0 ? undefined : `the photo ${id} answers ${shown.status}`;
      }
      if (state === 'failed') return `the photo ${id} failed: ${error}`;
      if (performance.now() > endMs) return `the photo ${id} is ${state} still`;
      await new Promise((wake) => setTimeout(wake, stepMs));
    }
  }
}

const refused = 'refused';

async function put(url: string, headers: Record<string, string>, msMax: number): Promise<string> {
  try {
    const answer = await fetch(url, {
      method: 'PUT',
      headers,
      body: dot,
      signal: AbortSignal.timeout(msMax),
    });
    return answer.ok ? '200' : `${answer.status} ${await answer.text()}`;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? refused : message;
  }
}
