import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { systemClock } from '../../src/ports/clock/clock.ts';
import { type RunningServer, stopChild } from './child.ts';
import { freePort } from './kith.ts';

const readyMs = 20_000;
const pollMs = 50;

/** `rclone serve webdav` on a folder; undefined where there is no rclone. */
export async function startRclone(folder: string): Promise<RunningServer | undefined> {
  if (spawnSync('rclone', ['version']).error) return undefined;
  const port = await freePort();
  const child = spawn('rclone', ['serve', 'webdav', folder, '--addr', `127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  const deadlineMs = systemClock.monotonicMs() + readyMs;
  while (!(await takesConnections(port))) {
    if (systemClock.monotonicMs() > deadlineMs) throw new Error('rclone was not ready in time');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return { port, pid: child.pid!, stop: () => stopChild(child) };
}

const takesConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => socket.destroy()).once('connect', () => socket.end());
  });
