import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisServer } from '../../tools/engines/downloads.ts';

const startTimeoutMs = 10_000;

/** A Redis server that a test may hurt as it likes; gone at the end. */
export class OwnRedis {
  readonly port: number;
  readonly program: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kith-redis-'));
  #process: ChildProcess | undefined;

  constructor(program: string, port: number) {
    this.program = program;
    this.port = port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts with what is on disk. Resolves when it answers. */
  async start(...options: string[]): Promise<void> {
    const fixed = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#process = spawn(this.program, [...fixed, ...options], { stdio: 'ignore' });
    const child = this.#process;
    const endWithThis = () => child.kill('SIGKILL');
    process.once('exit', endWithThis);
    child.once('exit', () => process.off('exit', endWithThis));
    const endMs = Date.now() + startTimeoutMs;
    for (;;) {
      const answer = await this.ask('ping').catch(() => undefined);
      if (answer === 'PONG') return;
      if (Date.now() > endMs) throw new Error('Redis did not start');
      await delay(10);
    }
  }

  /** One command on a connection of its own. */
  async ask(command: string, ...args: string[]): Promise<unknown> {
    const client = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** Keeps what is there now, for a later `restore`. */
  async snapshot(): Promise<void> {
    await this.ask('save');
    copyFileSync(join(this.#folder, 'dump.rdb'), join(this.#folder, 'kept.rdb'));
  }

  async kill(): Promise<void> {
    const child = this.#process;
    if (!child) return;
    this.#process = undefined;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Dies, and comes back with nothing or with what the snapshot held. */
  async restart({ restored = false } = {}): Promise<void> {
    await this.kill();
    rmSync(join(this.#folder, 'dump.rdb'), { force: true });
    if (restored) copyFileSync(join(this.#folder, 'kept.rdb'), join(this.#folder, 'dump.rdb'));
    await this.start();
  }

  pause(): void {
    this.#process?.kill('SIGSTOP');
  }
  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    this.resume();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Not started yet. */
export async function newOwnRedis(): Promise<OwnRedis> {
  return new OwnRedis(await redisServer(() => undefined), await freePort());
}

export async function startOwnRedis(): Promise<OwnRedis> {
  const redis = await newOwnRedis();
  await redis.start();
  return redis;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
