import { Command, type Redis } from 'ioredis';
import type { Clock } from '../../ports/clock/clock.ts';
import { adoptGeneration, renewGeneration } from './generation.ts';
import { KeptConnection } from './keep-connected.ts';
import { scripts } from './script.ts';

/** A command and its arguments. */
export type Call = readonly (string | number | Buffer)[];
/** Texts come as buffers. */
export type Reply = Buffer | number | null | Reply[];

/** The server did not do it, or nobody knows whether it did. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

export interface OpenRedisOptions {
  url: string;
  /** Begins the name of every key, so that several installations may share a server. */
  keyPrefix: string;
  clock: Clock;
  /** A command that has not been answered by then has failed. */
  commandTimeoutMs?: number;
  /** Told when the server is lost; once, until it has been back. */
  report?: (error: unknown, doing: string) => void;
}

/** What was sent since the connection was opened. */
export interface RedisStats {
  /** Waits for an answer: commands sent together count once. */
  trips: number;
  commands: Readonly<Record<string, number>>;
  /** How often a connection was in use. */
  connections: number;
}

/** What has to be sent on a new connection before it is used, and who hears that it was; undefined: nothing. */
export type Preparation = () => { calls: readonly Call[]; done: () => void } | undefined;

const commandTimeoutMsDefault = 250;

/**
 * One connection to one server, shared by everything that is kept there. It never waits for a server that is not
 * there: without a connection in use every call fails at once, and one that is not answered in time counts as failed
 * and takes its connection with it. Whoever calls must therefore bear that a failed call was carried out, and that
 * it is carried out later.
 */
export class RedisConnection {
  readonly keyPrefix: string;
  readonly url: string;
  readonly clock: Clock;
  readonly report: (error: unknown, doing: string) => void;
  readonly #timeoutMs: number;
  readonly #kept: KeptConnection;
  readonly #preparations = new Set<Preparation>();
  readonly #commands = new Map<string, number>();
  readonly #scriptNames = new Map<string, string>();
  #client: Redis | undefined;
  #generation: string | undefined;
  #renewing: Promise<void> | undefined;
  readonly #waiting = new Set<(error: Error) => void>();
  #trips = 0;
  #connections = 0;
  #closed = false;

  constructor({ url, keyPrefix, clock, commandTimeoutMs, report }: OpenRedisOptions) {
    this.url = url;
    this.keyPrefix = keyPrefix;
    this.clock = clock;
    this.report = report ?? (() => undefined);
    this.#timeoutMs = commandTimeoutMs ?? commandTimeoutMsDefault;
    this.#kept = new KeptConnection({
      url,
      clock,
      report: this.report,
      prepare: (client) => this.#prepare(client),
      lost: () => this.#lost(),
    });
  }

  /** Resolves after the first attempt, whatever came of it. */
  connect(): Promise<void> {
    return this.#kept.connect();
  }

  /** Part of the names of all keys that may be believed; undefined while there is no server. */
  get generation(): string | undefined {
    return this.#generation;
  }

  /** Begins the names of keys that are believed in this generation only. */
  namesOf(generation: string): string {
    return `${this.keyPrefix}:${generation.slice(generation.indexOf(':') + 1)}:`;
  }

  /** Where the generation itself is kept, with what must be lost together with it. */
  get directoryKey(): string {
    return `${this.keyPrefix}:d`;
  }

  prepareWith(preparation: Preparation): void {
    this.#preparations.add(preparation);
  }

  /** Whoever waits hears of it before the next connection is begun. */
  #lost(): void {
    this.#client = undefined;
    this.#generation = undefined;
    for (const reject of this.#waiting) reject(new RedisUnavailable('the connection to Redis was lost'));
    this.#waiting.clear();
  }

  async #prepare(client: Redis): Promise<void> {
    const [info] = await this.#send(client, [['info']]);
    const runId = runIdOf(String(info));
    for (const { name, sha } of scripts) this.#scriptNames.set(sha, name);
    await this.#send(
      client,
      scripts.map(({ lua }) => ['script', 'load', lua]),
    );
    const generation = await adoptGeneration((call) => this.#one(client, call), this.directoryKey, runId);
    // Until nobody has anything to send: something may be added meanwhile.
    for (let owed = this.#owed(); owed.length > 0; owed = this.#owed()) {
      for (const { calls, done } of owed) {
        await this.#send(client, calls);
        done();
      }
    }
    this.#client = client;
    this.#generation = generation;
    this.#connections++;
  }

  #owed() {
    return [...this.#preparations].flatMap((preparation) => preparation() ?? []);
  }

  async #one(client: Redis, call: Call): Promise<Reply> {
    const [reply] = await this.#send(client, [call]);
    return reply!;
  }

  /** Sends all of it together, in this order and before anything sent later; all must succeed. */
  async trip(calls: readonly Call[]): Promise<Reply[]> {
    const client = this.#client;
    if (!client) throw new RedisUnavailable('Redis is not connected');
    return this.#send(client, calls);
  }

  /**
   * The same for what is believed only within a generation, in which the calls' keys were named. A generation that
   * is over is replaced, and `undefined` says so: begin again with new names.
   */
  async tripWithin(generation: string, calls: readonly Call[]): Promise<Reply[] | undefined> {
    const replies = await this.trip([...calls, ['hget', this.directoryKey, '#']]);
    if (String(replies.pop()) === generation) return replies;
    await this.#renew(generation);
    return undefined;
  }

  /** Whoever finds the directory without a generation says so; the next one begins in the background. */
  noteLostGeneration(): void {
    if (this.#generation !== undefined) this.#renew(this.#generation).catch(() => undefined);
  }

  /** Gives the connection up, so that the next one makes up for what went wrong. */
  reset(error: unknown): void {
    if (this.#client) this.#kept.drop(this.#client, error);
  }

  /** The directory was lost, or somebody has begun a new generation. */
  async #renew(old: string): Promise<void> {
    if (this.#generation !== old) return;
    this.#renewing ??= this.#adopt(old).finally(() => {
      this.#renewing = undefined;
    });
    await this.#renewing;
  }

  async #adopt(old: string): Promise<void> {
    const client = this.#client;
    if (!client) throw new RedisUnavailable('Redis is not connected');
    const runId = old.slice(0, old.indexOf(':'));
    const generation = await adoptGeneration((call) => this.#one(client, call), this.directoryKey, runId);
    if (this.#client === client) this.#generation = generation;
  }

  /** Ends the generation for everybody. */
  async endGeneration(): Promise<void> {
    const client = this.#client;
    const old = this.#generation;
    if (!client || old === undefined) throw new RedisUnavailable('Redis is not connected');
    const generation = await renewGeneration((call) => this.#one(client, call), this.directoryKey, old);
    if (this.#client === client) this.#generation = generation;
  }

  async #send(client: Redis, calls: readonly Call[]): Promise<Reply[]> {
    this.#trips++;
    const { promise: lost, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    let isWaiting = true;
    const drop = () => {
      if (isWaiting) this.#kept.drop(client, new Error(`no answer for ${this.#timeoutMs} ms`));
    };
    // Where this process itself was held up, the answer may lie in the socket: it is read before this comes to pass.
    const timer = setTimeout(() => setImmediate(drop), this.#timeoutMs);
    try {
      return await Promise.race([this.#answers(client, calls), lost]);
    } catch (error) {
      if (error instanceof RedisUnavailable) throw error;
      const message = error instanceof Error ? error.message : String(error);
      // What these have to say will not change until the server is asked anew what it is and knows.
      if (/^(NOSCRIPT|READONLY|LOADING|MASTERDOWN|NOAUTH)/.test(message)) this.#kept.drop(client, error);
      throw new RedisUnavailable(message, { cause: error });
    } finally {
      isWaiting = false;
      clearTimeout(timer);
      this.#waiting.delete(reject);
    }
  }

  async #answers(client: Redis, calls: readonly Call[]): Promise<Reply[]> {
    const commands = calls.map((call) => this.#command(call));
    if (commands.length === 1) return [(await client.sendCommand(commands[0]!)) as Reply];
    const pipeline = client.pipeline();
    // The types leave out that a pipeline takes commands as a client does.
    const taking = pipeline as unknown as { sendCommand(command: Command): void };
    for (const command of commands) taking.sendCommand(command);
    const results = (await pipeline.exec()) ?? [];
    return results.map(([error, reply]) => {
      if (error) throw error;
      return reply as Reply;
    });
  }

  #command([name, ...args]: Call): Command {
    const kind = name === 'evalsha' ? (this.#scriptNames.get(String(args[0])) ?? 'evalsha') : String(name);
    this.#commands.set(kind, (this.#commands.get(kind) ?? 0) + 1);
    return new Command(String(name), args, { replyEncoding: null });
  }

  /** How long the server takes to answer, in ms. */
  async ping(): Promise<number> {
    const startMs = this.clock.monotonicMs();
    await this.trip([['ping']]);
    return this.clock.monotonicMs() - startMs;
  }

  stats(): RedisStats {
    return {
      trips: this.#trips,
      commands: Object.fromEntries(this.#commands),
      connections: this.#connections,
    };
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#kept.close();
  }
}

function runIdOf(info: string): string {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1];
  const runId = field('run_id');
  if (!runId) throw new Error('the server does not say who it is');
  if (field('loading') !== '0') throw new Error('the server is still loading');
  if (field('role') !== 'master') throw new Error(`the server is ${field('role')}, not master`);
  return runId;
}

/** Connects, or goes on trying in the background: without the server everything is slower, and nothing is wrong. */
export async function openRedis(options: OpenRedisOptions): Promise<RedisConnection> {
  const connection = new RedisConnection(options);
  await connection.connect();
  return connection;
}
