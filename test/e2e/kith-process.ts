/** The real program, started as an operator starts it, on a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'cli/main.ts');
const startMsMax = 60_000;

/** A folder for one test's data; the caller removes it. */
export const freshFolder = () => mkdtemp(join(tmpdir(), 'kith-e2e-'));
export const removeFolder = (folder: string) => rm(folder, { recursive: true, force: true });

/** The same tests on the engines that the environment names, where `KITH_TEST_PROFILE` says so. */
export const isCluster = process.env['KITH_TEST_PROFILE'] === 'cluster';
const migrated = new Map<string, Promise<Ended>>();

function clusterEnvironment(folder: string): Record<string, string> {
  if (!isCluster) return {};
  const named = (name: string, fallback: string) => ({ [name]: process.env[name] ?? fallback });
  return {
    KITH_PROFILE: 'cluster',
    KITH_SECRET: 'only for tests, and the same for all processes of one',
    // The folder stands for the installation, as it does on one machine.
    KITH_NAMESPACE: `e2e_${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`,
    KITH_CASSANDRA_REPLICATION: '1',
    KITH_KAFKA_PARTITIONS: '4',
    ...named('KITH_CASSANDRA', '127.0.0.1:19042'),
    ...named('KITH_KAFKA', '127.0.0.1:19092'),
    ...named('KITH_REDIS', 'redis://127.0.0.1:16379'),
    ...named('KITH_OPENSEARCH', 'http://127.0.0.1:19200'),
  };
}

async function migrateOnce(folder: string): Promise<void> {
  if (!isCluster) return;
  if (!migrated.has(folder)) migrated.set(folder, runKith(['migrate'], folder));
  const { code, output } = await migrated.get(folder)!;
  if (code !== 0) throw new Error(`the engines could not be prepared:\n${output}`);
}

function environment(folder: string, extra: Record<string, string>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('KITH_'));
  return {
    ...Object.fromEntries(own),
    KITH_DATA: folder,
    KITH_PORT: '0',
    KITH_RATE_LIMITS: 'off',
    KITH_LOG_LEVEL: 'warn',
    // Each start would otherwise read and strip the types of every file anew.
    NODE_COMPILE_CACHE: join(tmpdir(), 'kith-compile-cache'),
    ...clusterEnvironment(folder),
    ...extra,
  };
}

function start(args: string[], folder: string, extra: Record<string, string>): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(folder, extra),
  });
}

export interface Ended {
  code: number | null;
  signal: string | null;
  /** Everything it printed, both streams. */
  output: string;
}

function follow(child: ChildProcess): { output: () => string; ended: Promise<Ended> } {
  let output = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
  return { output: () => output, ended };
}

/** Runs `kith …` to its end. */
export function runKith(args: string[], folder: string, extra: Record<string, string> = {}): Promise<Ended> {
  return follow(start(args, folder, extra)).ended;
}

export class KithProcess {
  readonly url: string;
  readonly ended: Promise<Ended>;
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string, ended: Promise<Ended>) {
    this.#child = child;
    this.url = url;
    this.ended = ended;
    this.pid = child.pid!;
  }

  /** Resolves when it serves; rejects with what it said if it ends before. */
  static async start(folder: string, extra: Record<string, string> = {}): Promise<KithProcess> {
    await migrateOnce(folder);
    const child = start(['serve'], folder, extra);
    const { output, ended } = follow(child);
    let timer: NodeJS.Timeout | undefined;
    const url = await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`it did not start in time:\n${output()}`));
      }, startMsMax);
      child.stdout!.on('data', () => {
        const found = / is at (http:\S+)/.exec(output());
        if (found) resolve(found[1]!);
      });
      void ended.then(() => reject(new Error(`it ended while starting:\n${output()}`)));
    }).finally(() => clearTimeout(timer));
    return new KithProcess(child, url, ended);
  }

  /** Asks it to finish and go; answers how it went. */
  stop(): Promise<Ended> {
    this.#child.kill('SIGTERM');
    return this.ended;
  }
}
