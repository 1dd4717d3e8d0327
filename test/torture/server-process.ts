import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ApiClient, BrokenPromise } from './api-client.ts';

const project = join(import.meta.dirname, '../..');
const program = process.env['TORTURE_PROGRAM'] ?? join(project, 'cli/main.ts');
const readyMsMax = 60_000;
const outputCharactersMax = 20_000;

/** One run of the real program on a data folder. */
export class ServerProcess {
  readonly client: ApiClient;
  readonly startedAtMs = performance.now();
  #child: ChildProcess;
  #output = '';
  #ended: Promise<{ code: number | null; signal: string | null }>;
  hasEnded = false;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.client = new ApiClient(port);
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-outputCharactersMax);
      });
    this.#ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.#output += error.message;
      });
      child.on('close', (code, signal) => {
        this.hasEnded = true;
        resolve({ code, signal });
      });
    });
  }

  static async start(folder: string, env: Record<string, string> = {}): Promise<ServerProcess> {
    const port = await freePort();
    const own = Object.entries(process.env).filter(([name]) => !name.startsWith('KITH_'));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'serve'], {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(own),
        KITH_PORT: String(port),
        KITH_DATA: folder,
        KITH_RATE_LIMITS: 'off',
        KITH_REGISTRATION: 'open',
        ...env,
      },
    });
    return new ServerProcess(child, port);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** What it said last, for reports. */
  get output(): string {
    return this.#output;
  }

  async ready(): Promise<void> {
    while (!this.hasEnded && performance.now() - this.startedAtMs < readyMsMax) {
      const answer = await this.client
        .send({ method: 'GET', path: '/readyz' })
        .catch(() => 'unknown' as const);
      if (answer !== 'unknown' && answer.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    throw new BrokenPromise(
      `the server ${this.hasEnded ? 'ended before it was ready' : 'is not ready after a minute'}:\n${this.#output}`,
    );
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended();
  }

  /** SIGTERM, without waiting. */
  askToStop(): void {
    this.#child.kill('SIGTERM');
  }

  async ended(): Promise<{ code: number | null; signal: string | null }> {
    const how = await this.#ended;
    this.client.close();
    return how;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
