import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peakBytes } from '../media/memory-watch.ts';
import { type BytesAnswer, type BytesCall, sendBytes } from '../torture/send-bytes.ts';
import { ServerProcess } from '../torture/server-process.ts';

/** A server on a folder of its own that is killed and started again, and one person on it. */
export class ShakyServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kith-transfers-'));
  #server!: ServerProcess;
  #token = '';
  /** The most memory that any of its lives had after it was ready. */
  peakBytes = 0;
  starts = 0;

  static async begin(): Promise<ShakyServer> {
    const shaky = new ShakyServer();
    // Once, to its end: as `npm start` leaves it, what was compiled is there for the next.
    await shaky.#start();
    shaky.#server.askToStop();
    await shaky.#server.ended();
    await shaky.#start();
    const body = { username: 'anna', email: 'anna@example.org', password: 'correct horse battery staple 7' };
    const answer = await shaky.#server.client.send({ method: 'POST', path: '/v1/users', body });
    if (answer === 'unknown' || answer.status !== 201)
      throw new Error(`registering: ${JSON.stringify(answer)}`);
    shaky.#token = answer.body.token;
    return shaky;
  }

  async #start(): Promise<void> {
    this.starts++;
    this.#server = await ServerProcess.start(this.#folder, {
      KITH_MEDIA_QUOTA_BYTES: String(2 ** 40),
      KITH_ROLES: 'api',
      NODE_COMPILE_CACHE: join(tmpdir(), 'kith-compile-cache'),
    });
    await this.#server.ready();
    // What starting took is not what transfers take.
    if (process.platform === 'linux') writeFileSync(`/proc/${this.#server.pid}/clear_refs`, '5');
  }

  send(call: Omit<BytesCall, 'token'>): Promise<BytesAnswer | 'unknown'> {
    return sendBytes(this.#server.client.origin, { ...call, token: this.#token });
  }

  /** The same for JSON; throws where it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of several routes.
  async ask(method: 'GET' | 'POST', path: string, body?: object): Promise<any> {
    const call = { method, path, token: this.#token, ...(body && { body }) };
    const answer = await this.#server.client.send(call);
    if (answer === 'unknown' || answer.status > 299)
      throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.body;
  }

  async killAndStart(): Promise<void> {
    this.#note();
    await this.#server.kill();
    await this.#start();
  }

  async end(): Promise<void> {
    this.#note();
    await this.#server.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #note(): void {
    this.peakBytes = Math.max(this.peakBytes, peakBytes(this.#server.pid));
  }
}
