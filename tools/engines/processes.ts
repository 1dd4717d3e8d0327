/** Processes that outlive this one: started in a session of their own, found again by what their folder says. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const stepMs = 50;
const logTailBytes = 4_000;

export interface StartedProcess {
  pid: number;
  /** As the system tells it: a pid alone may belong to another process by now. */
  startedAt: string;
}

export interface ProcessToStart {
  /** Its output goes to `out.log` here; what it is goes to `process.json`. */
  folder: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  cwd?: string;
  user?: { uid: number; gid: number };
}

export function startDetached({ folder, command, args, env, cwd, user }: ProcessToStart): void {
  mkdirSync(folder, { recursive: true });
  const log = openSync(join(folder, 'out.log'), 'a');
  const child = spawn(command, args, {
    cwd: cwd ?? folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
    ...user,
  });
  closeSync(log);
  child.on('error', (error) => writeFileSync(join(folder, 'out.log'), `${error.message}\n`, { flag: 'a' }));
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} did not start; see ${join(folder, 'out.log')}`);
  recordProcess(folder, child.pid);
}

/** Writes into a folder which process it belongs to. */
export function recordProcess(folder: string, pid: number): void {
  const started: StartedProcess = { pid, startedAt: startOf(pid) ?? '' };
  writeFileSync(join(folder, 'process.json'), JSON.stringify(started));
}

/** What was started in this folder, or recorded there, if it still lives. */
export function livingProcess(folder: string): StartedProcess | undefined {
  let started: StartedProcess;
  try {
    started = JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')) as StartedProcess;
  } catch {
    return undefined;
  }
  return startOf(started.pid) === started.startedAt ? started : undefined;
}

/** Sends a signal to what was started in this folder; false if it lives no more. */
export function signalProcess(folder: string, signal: NodeJS.Signals): boolean {
  const living = livingProcess(folder);
  if (living) process.kill(living.pid, signal);
  return living !== undefined;
}

/** Ends it: politely, and by force when that takes longer than `politeMsMax`. */
export async function endProcess(folder: string, politeMsMax: number): Promise<void> {
  const startedAtMs = performance.now();
  // One that is paused hears nothing but this.
  signalProcess(folder, 'SIGCONT');
  if (politeMsMax > 0) signalProcess(folder, 'SIGTERM');
  while (livingProcess(folder)) {
    if (performance.now() - startedAtMs >= politeMsMax) signalProcess(folder, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  rmSync(join(folder, 'process.json'), { force: true });
}

/** When it started, or undefined if it is gone or only waits to be reaped. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in brackets may hold anything; state is the first field after it, the start the twentieth.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    }
    const said = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return said === '' || said.startsWith('Z') ? undefined : said.slice(said.indexOf(' ')).trim();
  } catch {
    return undefined;
  }
}

export function logTail(folder: string): string {
  try {
    return readFileSync(join(folder, 'out.log'), 'utf8').slice(-logTailBytes);
  } catch {
    return '';
  }
}
