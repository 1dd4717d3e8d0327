import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ApiClient } from '../torture/api-client.ts';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'cli/main.ts');
/** The channel ends it with this process, however that ends. */
const flags = [
  '--disable-warning=ExperimentalWarning',
  `--import=${pathToFileURL(join(root, 'tools/end-with-parent.mjs')).href}`,
];
const readyMsMax = 120_000;
const readyStepMs = 100;
const restartAfterMs = 1_000;
const stopMsMax = 40_000;
const probeMsMax = 3_000;
const tailBytes = 4_000;

export interface NodeOptions {
  name: string;
  role: string;
  port: number;
  /** Its own data, and what it said. */
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Told when it ended without being asked to, after it had served. */
  onEnded: (what: string) => void;
}

/** One process of Kith, started anew whenever it ends, as a supervisor would. */
export class KithNode {
  readonly name: string;
  readonly role: string;
  readonly port: number;
  readonly log: string;
  /** Starts that came to nothing: the engines were not there. */
  failedStarts = 0;
  readonly #options: NodeOptions;
  readonly #client: ApiClient;
  #child: ChildProcess | undefined;
  #ended: Promise<{ code: number | null; signal: string | null }> | undefined;
  #logStart = 0;
  /** What the harness did to it, so that its end is no surprise. */
  #isExpectedToEnd = false;
  #isClosed = false;

  constructor(options: NodeOptions) {
    this.#options = options;
    this.name = options.name;
    this.role = options.role;
    this.port = options.port;
    mkdirSync(options.folder, { recursive: true });
    this.log = join(options.folder, 'out.log');
    this.#client = new ApiClient(options.port, { answerMsMax: probeMsMax });
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const log = openSync(this.log, 'a');
    this.#logStart = statSync(this.log).size;
    this.#isExpectedToEnd = false;
    const child = spawn(process.execPath, [...flags, program, 'serve'], {
      cwd: root,
      stdio: ['ignore', log, log, 'ipc'],
      env: this.#options.env,
    });
    closeSync(log);
    this.#child = child;
    this.#ended = new Promise((resolve) => {
      child.on('error', () => resolve({ code: null, signal: null }));
      child.on('exit', (code, signal) => resolve({ code, signal }));
    });
    void this.#ended.then(({ code, signal }) => this.#hasEnded(code, signal));
  }

  #hasEnded(code: number | null, signal: string | null): void {
    if (!this.#isExpectedToEnd) {
      if (this.#hasSaidWhere()) this.#options.onEnded(`${this.name} ended by itself (${code ?? signal})`);
      else this.failedStarts++;
    }
    if (this.#isClosed) return;
    setTimeout(() => {
      if (!this.#isClosed) this.start();
    }, restartAfterMs);
  }

  /** What a process without an address has to say for itself. */
  #hasSaidWhere(): boolean {
    return readFileSync(this.log).subarray(this.#logStart).includes(' is at ');
  }

  /** Whether it does what it is there for. */
  async isReady(): Promise<boolean> {
    if (this.#child?.exitCode !== null || this.#child.signalCode !== null) return false;
    if (this.role !== 'api') return this.#hasSaidWhere();
    const answer = await this.#client.send({ method: 'GET', path: '/readyz' });
    return answer !== 'unknown' && answer.status === 200;
  }

  async untilReady(): Promise<void> {
    const endMs = performance.now() + readyMsMax;
    while (!(await this.isReady())) {
      if (performance.now() > endMs) throw new Error(`${this.name} is not ready:\n${this.tail()}`);
      await new Promise((wake) => setTimeout(wake, readyStepMs));
    }
  }

  /** SIGKILL; it is started again a moment later. */
  async kill(): Promise<void> {
    this.#isExpectedToEnd = true;
    this.#child?.kill('SIGKILL');
    await this.#ended;
  }

  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Asks it to end, and says what went wrong with that, if anything did. */
  async stop(): Promise<string | undefined> {
    this.#isExpectedToEnd = true;
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), stopMsMax);
    this.#child?.kill('SIGTERM');
    const how = await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    if (how?.code === 0) return undefined;
    if (!how) await this.kill();
    return `${this.name} asked to stop ${how ? `ended with ${how.code ?? how.signal}` : `went on for ${stopMsMax} ms`}:\n${this.tail()}`;
  }

  /** It is not started again. */
  retire(): void {
    this.#isClosed = true;
    this.#client.close();
  }

  tail(): string {
    return readFileSync(this.log, 'utf8').slice(-tailBytes);
  }
}
