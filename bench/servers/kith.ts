import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { type RunningServer, stopChild } from './child.ts';
import { readMetric } from './metrics.ts';

const readyMs = 600_000;
const pollMs = 50;
const outputKeptMax = 4_000;
const command = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

export interface KithOptions {
  dataDir: string;
  /** Options of Node itself: `--cpu-prof`, `--inspect=…`. */
  nodeOptions?: string[];
  env?: Record<string, string>;
}

/**
 * `kith serve` on that data, as an operator runs it, but without rate limits; resolves once it can serve and its
 * consumers have caught up with the log, so that none of their work falls into a measurement.
 */
export async function startKith({
  dataDir,
  nodeOptions = [],
  env = {},
}: KithOptions): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(process.execPath, [...nodeOptions, command, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      KITH_HOST: '127.0.0.1',
      KITH_PORT: String(port),
      KITH_DATA: dataDir,
      KITH_RATE_LIMITS: 'off',
      KITH_LOG_LEVEL: 'warn',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk).slice(-outputKeptMax);
    });
  }
  const deadlineMs = systemClock.monotonicMs() + readyMs;
  while (!((await isReady(port)) && (await isCaughtUp(port)))) {
    if (child.exitCode !== null) throw new Error(`kith ended with ${child.exitCode}:\n${output}`);
    if (systemClock.monotonicMs() > deadlineMs) {
      await stopChild(child);
      throw new Error(`kith was not ready in time:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return { port, pid: child.pid!, stop: () => stopChild(child) };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

const isCaughtUp = async (port: number) => (await readMetric(port, 'kith_log_lag_entries')) === 0;

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
