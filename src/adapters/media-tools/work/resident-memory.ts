import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const psTimeoutMs = 2_000;

/**
 * Memory that a process holds and nobody else could free: on Linux without the pages of files it has mapped, which
 * the system drops when it needs them. 0 where it has ended or the system has no way to ask (Windows).
 */
export async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return (kib('RssAnon') + kib('RssShmem')) * 1024;
  }
  if (process.platform === 'win32') return 0;
  const { stdout } = await run('/bin/ps', ['-o', 'rss=', '-p', String(pid)], { timeout: psTimeoutMs }).catch(
    () => ({ stdout: '0' }),
  );
  return Number(stdout.trim() || 0) * 1024;
}
