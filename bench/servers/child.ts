import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server in a process of its own, ended by its pid. */
export interface RunningServer {
  port: number;
  pid: number;
  /** Asks it to end (SIGTERM), and insists after a while. */
  stop(): Promise<void>;
}

const stopGraceMs = 15_000;
const firstLineMs = 20_000;

/** Starts one of the small servers of this folder, which print their port as their first line. */
export async function startSmallServer(
  file: 'bare.ts' | 'bare-file.ts' | 'canned.ts',
  ...args: string[]
): Promise<RunningServer> {
  const path = fileURLToPath(new URL(`./${file}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(firstLineMs) })) as [string];
  return { port: Number(line), pid: child.pid!, stop: () => stopChild(child) };
}

export async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  await exited;
  clearTimeout(insist);
}
