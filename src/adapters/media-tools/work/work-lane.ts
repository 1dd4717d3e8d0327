import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { MediaToolsError } from '../../../ports/media-tools/media-tools.ts';
import type { Job, JobResult } from './protocol.ts';
import { type JobWatch, WorkProcess } from './work-process.ts';

/** A process that holds more than this after a job is not used again. */
const heldBytesMax = 400 * 1024 * 1024;
const idleMs = 30_000;
/** Beyond, there is more work than will be done in any useful time. */
const waitingMax = 1_000;

interface Waiting {
  job: Job;
  watch: JobWatch;
  resolve: (result: JobResult) => void;
  reject: (error: MediaToolsError) => void;
}

/** A queue of jobs and the few processes that do them, started when there is work. */
export class WorkLane {
  readonly #processesMax: number;
  readonly #jobsPerProcessMax: number;
  readonly #tempRoot: string;
  readonly #waiting: Waiting[] = [];
  readonly #idle = new Map<WorkProcess, NodeJS.Timeout>();
  readonly #all = new Set<WorkProcess>();
  readonly #cleanups = new Set<Promise<void>>();
  #busy = 0;
  #isClosed = false;

  constructor(given: { processesMax: number; jobsPerProcessMax: number; tempRoot: string }) {
    this.#processesMax = given.processesMax;
    this.#jobsPerProcessMax = given.jobsPerProcessMax;
    this.#tempRoot = given.tempRoot;
  }

  /** Waits for its turn; what `watch` bounds begins with the work. */
  run(job: Job, watch: JobWatch): Promise<JobResult> {
    if (this.#isClosed || watch.signal?.aborted) return Promise.reject(new MediaToolsError('interrupted'));
    if (this.#waiting.length >= waitingMax)
      return Promise.reject(new MediaToolsError('interrupted', 'too much work is waiting'));
    const { promise, resolve, reject } = Promise.withResolvers<JobResult>();
    const waiting: Waiting = { job, watch, resolve, reject };
    const giveUp = () => {
      const place = this.#waiting.indexOf(waiting);
      if (place < 0) return;
      this.#waiting.splice(place, 1);
      reject(new MediaToolsError('interrupted'));
    };
    watch.signal?.addEventListener('abort', giveUp, { once: true });
    this.#waiting.push(waiting);
    this.#next();
    return promise.finally(() => watch.signal?.removeEventListener('abort', giveUp));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new MediaToolsError('interrupted'));
    for (const process of this.#all) process.end();
    await Promise.all([...this.#cleanups]);
  }

  #next(): void {
    while (this.#busy < this.#processesMax && this.#waiting.length > 0) {
      this.#busy += 1;
      void this.#perform(this.#waiting.shift()!);
    }
  }

  async #perform({ job, watch, resolve, reject }: Waiting): Promise<void> {
    let process: WorkProcess | undefined;
    try {
      process = this.#take(watch.memoryBytesMax);
      const result = await process.run(job, watch);
      this.#giveBack(process);
      resolve(result);
    } catch (error) {
      if (process) this.#giveBack(process);
      reject(
        error instanceof MediaToolsError
          ? error
          : new MediaToolsError('interrupted', 'the worker could not be started', { cause: error }),
      );
    } finally {
      this.#busy -= 1;
      this.#next();
    }
  }

  #take(memoryBytesMax: number): WorkProcess {
    for (const [process, timer] of this.#idle) {
      clearTimeout(timer);
      this.#idle.delete(process);
      if (process.isAlive && process.memoryBytesMax === memoryBytesMax) return process;
      process.end();
    }
    const tempDir = mkdtempSync(join(this.#tempRoot, 'kith-media-'));
    const process = new WorkProcess({ memoryBytesMax, tempDir });
    this.#all.add(process);
    const cleanup = process.ended.then(() => {
      this.#all.delete(process);
      clearTimeout(this.#idle.get(process));
      this.#idle.delete(process);
      rmSync(tempDir, { recursive: true, force: true });
      this.#cleanups.delete(cleanup);
    });
    this.#cleanups.add(cleanup);
    return process;
  }

  #giveBack(process: WorkProcess): void {
    if (!process.isAlive) return;
    if (this.#isClosed || process.jobs >= this.#jobsPerProcessMax || process.heldBytes > heldBytesMax) {
      process.end();
      return;
    }
    const timer = setTimeout(() => process.end(), idleMs);
    timer.unref();
    this.#idle.set(process, timer);
  }
}
