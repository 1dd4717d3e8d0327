import { Redis } from 'ioredis';
import type { Clock } from '../../ports/clock/clock.ts';

export interface KeepConnectedOptions {
  url: string;
  clock: Clock;
  /** Prepares a client that has just connected; only after that it is in use. */
  prepare: (client: Redis) => Promise<void>;
  /** The client in use is gone. */
  lost: () => void;
  /** Told of the first failure after a success, not of each attempt. */
  report: (error: unknown, doing: string) => void;
}

const connectTimeoutMs = 1000;
const prepareTimeoutMs = 2000;
const backoffMinMs = 50;
const backoffMaxMs = 2000;
/** A socket whose other end is silent is not waited for. */
const disconnectTimeoutMs = 50;

/**
 * Keeps one client of the server connected, with backoff between attempts. Every attempt has a client of its own, so
 * that nothing sent on one connection is ever sent again on the next.
 */
export class KeptConnection {
  readonly #options: KeepConnectedOptions;
  #client: Redis | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #closed = false;

  constructor(options: KeepConnectedOptions) {
    this.#options = options;
  }

  /** One attempt; whether or not it succeeds, further ones follow whenever the connection is lost. */
  async connect(): Promise<void> {
    if (this.#closed) return;
    const client = new Redis(this.#options.url, {
      lazyConnect: true,
      protocol: 2,
      connectTimeout: connectTimeoutMs,
      disconnectTimeout: disconnectTimeoutMs,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      disableClientInfo: true,
    });
    this.#client = client;
    let failure: unknown;
    // Without a listener each of them would end the process.
    client.on('error', (error) => {
      failure = error;
    });
    client.on('end', () => this.#ended(client, failure));
    const timer = setTimeout(
      () => this.drop(client, new Error('no answer while connecting')),
      prepareTimeoutMs,
    );
    try {
      await client.connect();
      await this.#options.prepare(client);
      if (this.#client === client) this.#failures = 0;
    } catch (error) {
      this.drop(client, failure ?? error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives this client up at once, whatever it still waits for, and goes for another. */
  drop(client: Redis, error: unknown): void {
    this.#ended(client, error);
    client.disconnect();
  }

  #ended(client: Redis, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#options.lost();
    if (this.#closed) return;
    if (this.#failures++ === 0) this.#options.report(error ?? new Error('the connection ended'), 'Redis');
    const backoffMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(this.#failures - 1, 10));
    this.#timer = setTimeout(() => void this.connect(), backoffMs * (0.5 + this.#options.clock.random() / 2));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#client?.disconnect();
  }
}
