/**
 * Real engines on this machine, for tests and for trying things: started, found again, hurt and stopped. The
 * processes outlive whoever started them; the run folder says which they are, and nothing else is ever stopped.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { cassandraEngine } from './cassandra.ts';
import type { Report } from './downloads.ts';
import {
  type Engine,
  type EngineName,
  engineNames,
  nodeAddress,
  nodeFolder,
  nodeNumbers,
  type SetOptions,
} from './engine.ts';
import { kafkaEngine } from './kafka.ts';
import { opensearchEngine } from './opensearch.ts';
import { Missing } from './prerequisites.ts';
import { endProcess, livingProcess, logTail, signalProcess, startDetached } from './processes.ts';
import { redisEngine } from './redis.ts';
import { s3Engine } from './s3.ts';

export const portBaseDefault = 21_000;
/** What `start` brings up unless told otherwise; S3 takes minutes to build and is asked for by name. */
export const enginesDefault: readonly EngineName[] = ['cassandra', 'kafka', 'redis', 'opensearch'];
const readyMsMax = 240_000;
const readyStepMs = 250;
const progressEveryMs = 10_000;

const makers: Record<EngineName, (options: SetOptions) => Engine> = {
  cassandra: cassandraEngine,
  kafka: kafkaEngine,
  redis: redisEngine,
  opensearch: opensearchEngine,
  s3: s3Engine,
};

export interface OpenOptions {
  /** Where it runs; default: one per checkout under the system's folder for temporary files. */
  folder?: string;
  portBase?: number;
  three?: boolean;
  only?: readonly EngineName[];
  report?: Report;
}

/** What the run folder says of its set. */
interface Saved {
  portBase: number;
  three: boolean;
  engines: EngineName[];
}

export interface NodeState {
  engine: EngineName;
  node: number;
  pid: number | undefined;
  folder: string;
}

export const runFolderDefault = (): string => {
  const checkout = resolve(import.meta.dirname, '../..');
  return join(tmpdir(), `kith-engines-${createHash('sha256').update(checkout).digest('hex').slice(0, 8)}`);
};

export class EngineSet {
  readonly folder: string;
  #options: SetOptions;
  #engines: Map<EngineName, Engine>;
  #prepared = new Set<EngineName>();

  constructor({ folder = runFolderDefault(), portBase, three, only, report = () => {} }: OpenOptions = {}) {
    this.folder = resolve(folder);
    const saved = readSaved(this.folder);
    this.#options = {
      folder: this.folder,
      portBase: portBase ?? saved?.portBase ?? portBaseDefault,
      three: three ?? saved?.three ?? false,
      report,
    };
    const names = new Set([...(saved?.engines ?? []), ...(only ?? (saved ? [] : enginesDefault))]);
    const wanted = engineNames.filter((name) => names.has(name));
    this.#engines = new Map(wanted.map((name) => [name, makers[name](this.#options)]));
    const differs =
      saved && (saved.portBase !== this.#options.portBase || saved.three !== this.#options.three);
    if (differs && this.#livesAny()) {
      const how = `${saved.three ? 'three nodes' : 'one node'} each, port base ${saved.portBase}`;
      throw new Error(
        `Another set (${how}) runs in ${this.folder}: stop it first, or name another --run folder.`,
      );
    }
  }

  /** Starts what does not run yet and waits until all of it serves. */
  async start(): Promise<void> {
    await this.#prepare();
    mkdirSync(this.folder, { recursive: true });
    for (const engine of this.#engines.values())
      for (const node of nodeNumbers(engine.nodes))
        if (!this.#lives(engine.name, node)) await needFreePorts(engine, node);
    const { portBase, three } = this.#options;
    const saved: Saved = { portBase, three, engines: [...this.#engines.keys()] };
    writeFileSync(join(this.folder, 'set.json'), JSON.stringify(saved));
    await Promise.all(this.nodes().map(({ engine, node }) => this.startNode(engine, node)));
    await this.ready();
  }

  /** Starts one node, after a kill or a wipe; does not wait for it to serve. */
  async startNode(name: EngineName, node = 1): Promise<void> {
    if (this.#lives(name, node)) return;
    const engine = this.#engine(name);
    if (!this.#prepared.has(name)) {
      await engine.prepare();
      this.#prepared.add(name);
    }
    const wipedMark = `${nodeFolder(this.folder, name, node)}.wiped`;
    const othersLive = nodeNumbers(engine.nodes).some((each) => each !== node && this.#lives(name, each));
    const started = await engine.process(node, existsSync(wipedMark) && othersLive);
    startDetached(started);
    rmSync(wipedMark, { force: true });
    this.#options.report(`started ${name} ${node} in ${started.folder}`);
  }

  /** Resolves when every node of these engines (default: all) serves, a write held by all of its nodes included. */
  async ready(...names: EngineName[]): Promise<void> {
    const engines = names.length > 0 ? names.map((name) => this.#engine(name)) : [...this.#engines.values()];
    await Promise.all(engines.map((engine) => this.#untilReady(engine)));
  }

  /** SIGKILL: what a crash or a power cut of the program is. */
  async kill(name: EngineName, node = 1): Promise<void> {
    await endProcess(this.#folderOf(name, node), 0);
  }

  /** It holds its connections and answers nothing. */
  pause(name: EngineName, node = 1): void {
    this.#signal(name, node, 'SIGSTOP');
  }

  resume(name: EngineName, node = 1): void {
    this.#signal(name, node, 'SIGCONT');
  }

  /** Ends it in its own time, and starts it on what it has stored. */
  async restart(name: EngineName, node = 1): Promise<void> {
    await endProcess(this.#folderOf(name, node), this.#engine(name).politeStopMsMax);
    await this.startNode(name, node);
  }

  /** Kills it and deletes all that it stored. When started again beside others it takes its data from them. */
  async wipe(name: EngineName, node = 1): Promise<void> {
    const folder = this.#folderOf(name, node);
    await endProcess(folder, 0);
    rmSync(folder, { recursive: true, force: true });
    writeFileSync(`${folder}.wiped`, '');
  }

  /** Stops what this set started, and keeps what it stored unless told to delete it. */
  async stop({ wipe = false } = {}): Promise<void> {
    await Promise.all(
      this.nodes().map(({ engine, folder }) =>
        endProcess(folder, wipe ? 0 : this.#engine(engine).politeStopMsMax),
      ),
    );
    rmSync(join(this.folder, 'set.json'), { force: true });
    if (wipe) rmSync(this.folder, { recursive: true, force: true });
  }

  nodes(): NodeState[] {
    return [...this.#engines.values()].flatMap(({ name, nodes }) =>
      nodeNumbers(nodes).map((node) => {
        const folder = nodeFolder(this.folder, name, node);
        return { engine: name, node, pid: livingProcess(folder)?.pid, folder };
      }),
    );
  }

  /** What programs are told to find these engines. */
  env(): Record<string, string> {
    return Object.assign({}, ...[...this.#engines.values()].map((engine) => engine.env));
  }

  #engine(name: EngineName): Engine {
    const engine = this.#engines.get(name);
    if (!engine) throw new Error(`This set has no ${name}.`);
    return engine;
  }

  #folderOf(name: EngineName, node: number): string {
    if (node > this.#engine(name).nodes) throw new Error(`This set has no ${name} ${node}.`);
    return nodeFolder(this.folder, name, node);
  }

  #lives = (name: EngineName, node: number) =>
    livingProcess(nodeFolder(this.folder, name, node)) !== undefined;
  #livesAny = () => this.nodes().some(({ pid }) => pid !== undefined);

  #signal(name: EngineName, node: number, signal: NodeJS.Signals): void {
    if (!signalProcess(this.#folderOf(name, node), signal)) throw new Error(`${name} ${node} does not run.`);
  }

  /** Everything that is missing is named at once. One download after another: Maven's own cache is not for two. */
  async #prepare(): Promise<void> {
    const missing: string[] = [];
    for (const engine of this.#engines.values()) {
      try {
        await engine.prepare();
        this.#prepared.add(engine.name);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        missing.push(error.message);
      }
    }
    if (missing.length > 0) throw new Missing(missing.join('\n'));
  }

  async #untilReady(engine: Engine): Promise<void> {
    const { report } = this.#options;
    const startedAtMs = performance.now();
    const seconds = () => ((performance.now() - startedAtMs) / 1000).toFixed(1);
    let saidAtMs = startedAtMs;
    for (;;) {
      const why = await engine.check().then(
        () => undefined,
        (error: Error) => error,
      );
      if (!why) break;
      const dead = nodeNumbers(engine.nodes).find((node) => !this.#lives(engine.name, node));
      if (dead) {
        const tail = logTail(nodeFolder(this.folder, engine.name, dead));
        throw new Error(`${engine.name} ${dead} ended before it was ready. It said last:\n${tail}`);
      }
      if (performance.now() - startedAtMs > readyMsMax) {
        const place = nodeFolder(this.folder, engine.name, 1);
        throw new Error(
          `${engine.name} is not ready after ${seconds()} s (${why.message}); see ${place}/out.log`,
        );
      }
      if (performance.now() - saidAtMs > progressEveryMs) {
        saidAtMs = performance.now();
        report(`  … ${engine.name} is not ready yet, ${seconds()} s (${why.message.split('\n')[0]})`);
      }
      await new Promise((wake) => setTimeout(wake, readyStepMs));
    }
    report(`${engine.name} is ready after ${seconds()} s`);
  }
}

function readSaved(folder: string): Saved | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'set.json'), 'utf8')) as Saved;
  } catch {
    return undefined;
  }
}

/** The first base, from the default upwards, whose ports nobody uses. */
export async function freePortBase(only: readonly EngineName[] = enginesDefault): Promise<number> {
  for (let portBase = portBaseDefault + 1_000; portBase < 32_000; portBase += 200) {
    const options = { folder: '/', portBase, three: true, report: () => {} };
    const engines = only.map((name) => makers[name](options));
    try {
      for (const engine of engines)
        for (const node of nodeNumbers(engine.nodes)) await needFreePorts(engine, node);
      return portBase;
    } catch {}
  }
  throw new Error('no free range of ports');
}

async function needFreePorts({ name, ports }: Engine, node: number): Promise<void> {
  for (const port of ports) {
    const { promise, resolve: done, reject } = Promise.withResolvers<void>();
    const server = createServer().on('error', reject);
    server.listen({ port, host: nodeAddress(node), exclusive: true }, () => server.close(() => done()));
    await promise.catch((error: NodeJS.ErrnoException) => {
      const address = `${nodeAddress(node)}:${port}`;
      if (error.code !== 'EADDRNOTAVAIL')
        throw new Error(
          `${name} wants ${address}, which is taken: choose another --port-base (${error.code}).`,
        );
      const hint = `sudo ifconfig lo0 alias ${nodeAddress(node)}`;
      throw new Missing(`${name} ${node} wants the address ${nodeAddress(node)}; on macOS: ${hint}`);
    });
  }
}
