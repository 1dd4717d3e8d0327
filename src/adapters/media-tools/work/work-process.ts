import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type MediaFailure,
  MediaToolsError,
  type ProcessedVideo,
} from '../../../ports/media-tools/media-tools.ts';
import type { FromWorker, Job, JobResult, ToWorker } from './protocol.ts';
import { residentBytes } from './resident-memory.ts';

/** Between two looks at the memory; on macOS a look costs a program's start. */
const watchEveryMs = process.platform === 'linux' ? 50 : 500;
/** The worker's own heap holds no pixels, only what describes them. */
const heapMib = 128;
/** How far the system's own limit lies above the watched one: stacks of threads, and what is reserved but not touched. */
const dataMarginBytes = 512 * 1024 * 1024;
const stderrBytesMax = 4096;
/** From its start until it can work, which on a busy machine takes long and says nothing about the file. */
const startMsMax = 5 * 60_000;
/** Exit code of a worker that saw itself beyond its memory. */
export const outOfMemoryCode = 86;

const workerScript = join(import.meta.dirname, '..', 'media-worker.ts');

export interface JobWatch {
  /** From when the process can work. */
  timeoutMs: number;
  memoryBytesMax: number;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: number) => void) | undefined;
  onFirstRung?: ((video: ProcessedVideo) => Promise<void>) | undefined;
}

/**
 * One process that does one job at a time, within limits that are kept from outside: whatever happens in a decoder,
 * it ends with this process and takes nothing along. After a failure that ended it, `isAlive` is false.
 */
export class WorkProcess {
  readonly memoryBytesMax: number;
  readonly tempDir: string;
  readonly ended: Promise<void>;
  jobs = 0;
  /** What it held when it last finished. */
  heldBytes = 0;
  #child: ChildProcess;
  #programs = new Set<number>();
  #stderr = '';
  #alive = true;
  #verdict: MediaToolsError | undefined;
  #settle: { resolve: (result: JobResult) => void; reject: (error: MediaToolsError) => void } | undefined;
  #watch: JobWatch | undefined;
  #endedBy: { code: number | null; signal: NodeJS.Signals | null } | undefined;
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({
    memoryBytesMax,
    tempDir,
    script = workerScript,
  }: {
    memoryBytesMax: number;
    tempDir: string;
    script?: string;
  }) {
    this.memoryBytesMax = memoryBytesMax;
    this.tempDir = tempDir;
    const { command, args } = commandLine(script, memoryBytesMax);
    // Without the server's environment: nothing of its secrets is there to be read, and no setting reaches a codec.
    // A group of its own (`detached`), so that it can be ended together with what it has started.
    this.#child = spawn(command, args, {
      cwd: tempDir,
      env: { TMPDIR: tempDir, TEMP: tempDir, TMP: tempDir, PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    this.#child.on('message', (message: FromWorker) => this.#hear(message));
    this.#child.on('error', (error) => this.end(new MediaToolsError('interrupted', error.message)));
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(-stderrBytesMax);
    });
    this.ended = new Promise((resolve) => {
      // 'close' rather than 'exit': everything it said has been read by then.
      this.#child.once('close', (code, signal) => {
        this.#endedBy = { code, signal };
        this.#close();
        resolve();
      });
    });
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  run(job: Job, watch: JobWatch): Promise<JobResult> {
    this.jobs += 1;
    this.#watch = watch;
    this.#holdOpen(true);
    const interrupt = () => this.end(new MediaToolsError('interrupted'));
    if (this.#isReady) this.#limitWork(watch.timeoutMs);
    else this.#limit(startMsMax, new MediaToolsError('interrupted', `not started after ${startMsMax} ms`));
    const look = setInterval(() => void this.#lookAtMemory(watch.memoryBytesMax), watchEveryMs);
    watch.signal?.addEventListener('abort', interrupt, { once: true });
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
    this.#settle = { resolve, reject };
    if (watch.signal?.aborted) interrupt();
    else this.#say({ say: 'do', job });
    return promise.finally(() => {
      clearTimeout(this.#timer);
      clearInterval(look);
      watch.signal?.removeEventListener('abort', interrupt);
      this.#watch = undefined;
      this.#holdOpen(false);
    });
  }

  /** Whether it has said that it can work; from then on the time of a job counts. */
  get isReady(): boolean {
    return this.#isReady;
  }

  #limitWork(timeoutMs: number): void {
    this.#limit(timeoutMs, new MediaToolsError('timed-out', `not done after ${timeoutMs} ms`));
  }

  #limit(timeoutMs: number, verdict: MediaToolsError): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.end(verdict), timeoutMs);
  }

  /** Ends the process and all it started; a job under way is rejected with `verdict` once everything has ended. */
  end(verdict: MediaToolsError = new MediaToolsError('interrupted')): void {
    this.#holdOpen(true);
    this.#verdict ??= verdict;
    this.#alive = false;
    this.#kill();
  }

  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) {
      this.#close();
      return;
    }
    for (const target of [process.platform === 'win32' ? pid : -pid, ...this.#programs]) {
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
  }

  #close(): void {
    if (this.#alive) this.#kill();
    this.#alive = false;
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.reject(this.#verdict ?? this.#verdictOnDeath());
  }

  /** Why a worker that nobody ended has ended. */
  #verdictOnDeath(): MediaToolsError {
    const { code, signal } = this.#endedBy ?? { code: null, signal: null };
    const says = this.#stderr.trim().split('\n').slice(-3).join(' | ');
    const message = `the worker ended by itself (${signal ?? `code ${code}`}) ${says}`.trim();
    return new MediaToolsError(failureOnDeath(code, signal, this.#stderr), message);
  }

  async #lookAtMemory(bytesMax: number): Promise<void> {
    const pids = [this.#child.pid!, ...this.#programs];
    const held = (await Promise.all(pids.map(residentBytes))).reduce((sum, bytes) => sum + bytes, 0);
    if (held > bytesMax && this.#settle) {
      this.end(new MediaToolsError('out-of-memory', `${held} bytes held, ${bytesMax} allowed`));
    }
  }

  #hear(message: FromWorker): void {
    // Who was told to end has nothing to say any more, whatever was on its way.
    if (!this.#alive) return;
    if (message.say === 'ready') {
      this.#isReady = true;
      if (this.#watch) this.#limitWork(this.#watch.timeoutMs);
    } else if (message.say === 'progress') this.#watch?.onProgress?.(message.progress);
    else if (message.say === 'program' && message.running) this.#programs.add(message.pid);
    else if (message.say === 'program') this.#programs.delete(message.pid);
    else if (message.say === 'first-rung') void this.#tellFirstRung(message.video);
    else if (message.say === 'done') {
      this.heldBytes = message.rssBytes;
      this.#settle?.resolve(message.result);
      this.#settle = undefined;
    } else if (message.say === 'failed') {
      this.#settle?.reject(new MediaToolsError(message.kind, message.message));
      this.#settle = undefined;
    }
  }

  async #tellFirstRung(video: ProcessedVideo): Promise<void> {
    try {
      await this.#watch?.onFirstRung?.(video);
      this.#say({ say: 'first-rung-taken' });
    } catch (error) {
      const verdict =
        error instanceof MediaToolsError
          ? error
          : new MediaToolsError('interrupted', 'the first rung was not taken', { cause: error });
      this.end(verdict);
    }
  }

  #say(message: ToWorker): void {
    // A worker that is gone is noticed by its end.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** An idle worker does not keep the server running. */
  #holdOpen(hold: boolean): void {
    const handles = [
      this.#child,
      this.#child.channel,
      this.#child.stderr as { ref?(): void; unref?(): void } | null,
    ];
    for (const handle of handles) {
      if (hold) handle?.ref?.();
      else handle?.unref?.();
    }
  }
}

function failureOnDeath(code: number | null, signal: NodeJS.Signals | null, stderr: string): MediaFailure {
  if (code === outOfMemoryCode) return 'out-of-memory';
  if (/out of memory|failed to allocate|bad_alloc|Allocation failed/i.test(stderr)) return 'out-of-memory';
  // Where we have not sent it, it comes from a system that has run out of memory.
  if (signal === 'SIGKILL') return 'out-of-memory';
  if (signal && ['SIGSEGV', 'SIGBUS', 'SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGFPE'].includes(signal))
    return 'damaged';
  if (signal === 'SIGXCPU') return 'timed-out';
  return 'interrupted';
}

/** `ulimit` is a second fence, between two looks: `-d` counts what is really taken, unlike `-v`, of which V8 reserves much. */
function commandLine(script: string, memoryBytesMax: number): { command: string; args: string[] } {
  const node = [
    process.execPath,
    `--max-old-space-size=${heapMib}`,
    '--disable-warning=ExperimentalWarning',
    script,
    String(memoryBytesMax),
  ];
  if (process.platform === 'win32' || !existsSync('/bin/sh'))
    return { command: node[0]!, args: node.slice(1) };
  const dataKib = Math.ceil((memoryBytesMax + dataMarginBytes) / 1024);
  const fenced = `ulimit -c 0; ulimit -d ${dataKib} 2>/dev/null; exec "$@"`;
  return { command: '/bin/sh', args: ['-c', fenced, 'kith-media', ...node] };
}
