import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const sampleEveryMs = 2_000;
const delayStepMs = 20;
/** What the kernel counts processor time in, everywhere that /proc is. */
const ticksPerSecond = 100;

/** How busy the machine was, and with whom: so that what is slow is not blamed on the wrong one. */
export class MachineLoad {
  readonly #own: () => readonly number[];
  readonly #delay = monitorEventLoopDelay({ resolution: delayStepMs });
  #timer: NodeJS.Timeout | undefined;
  #before = { atMs: performance.now(), busyMs: busyMs(), ofProcess: new Map<number, number>() };
  #totals = { ms: 0, busyMs: 0, ownMs: 0, loads: 0, samples: 0 };

  /** `own` tells the processes of this run, besides this one. */
  constructor(own: () => readonly number[]) {
    this.#own = own;
  }

  begin(): void {
    this.#delay.enable();
    this.#timer = setInterval(() => this.#sample(), sampleEveryMs).unref();
    this.#before = this.#look();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#delay.disable();
  }

  /** Now, in a few words; what is late is this process, since this was last asked. */
  now(): string {
    const lateMs = Math.max(0, this.#delay.max / 1e6 - delayStepMs);
    this.#delay.reset();
    return `load ${loadavg()[0]!.toFixed(1)}, clients ${Math.round(lateMs)} ms late at most`;
  }

  /** Over the whole time. */
  summary(): string {
    const { ms, busyMs: busy, ownMs, loads, samples } = this.#totals;
    const count = availableParallelism();
    const percent = (part: number) => `${((100 * part) / Math.max(1, ms * count)).toFixed(0)} percent`;
    const own =
      ownMs > 0 ? `${percent(ownMs)} by this run, ${percent(busy - ownMs)} by others` : percent(busy);
    return `of ${count} processors were used: ${own}; load ${(loads / Math.max(1, samples)).toFixed(1)} on average`;
  }

  #look() {
    const ofProcess = new Map([process.pid, ...this.#own()].map((pid) => [pid, usedMs(pid)]));
    return { atMs: performance.now(), busyMs: busyMs(), ofProcess };
  }

  #sample(): void {
    const now = this.#look();
    const before = this.#before;
    for (const [pid, used] of now.ofProcess)
      this.#totals.ownMs += Math.max(0, used - (before.ofProcess.get(pid) ?? 0));
    this.#totals.busyMs += now.busyMs - before.busyMs;
    this.#totals.ms += now.atMs - before.atMs;
    this.#totals.loads += loadavg()[0]!;
    this.#totals.samples++;
    this.#before = now;
  }
}

const busyMs = () =>
  cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);

/** Zero where it is gone, or where there is no /proc. */
function usedMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything; user and system time are the 12th and 13th after it.
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return ((Number(user) + Number(system)) / ticksPerSecond) * 1000;
  } catch {
    return 0;
  }
}
