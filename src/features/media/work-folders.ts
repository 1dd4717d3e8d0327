import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';

/** No work takes so long: what is older was left, whosever it was. */
const leftAfterMs = 24 * 3_600_000;
const namePattern = /^(.*)\.(\d+)$/;
const machine = hostname().replaceAll(/[^\w-]/g, '-') || 'here';

/** A process's own folder for what it works on; a folder of data may serve several processes, of several machines. */
export const ownWorkFolder = (root: string): string => join(root, `${machine}.${process.pid}`);

/** Makes the folder, which is this process's own, and takes away what processes that have ended left beside and in it. */
export async function cleanWorkFolder(own: string, nowMs: number): Promise<void> {
  const root = dirname(own);
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const name of await readdir(root)) {
    const path = join(root, name);
    const found = await stat(path).catch(() => undefined);
    if (found && (path === own || found.mtimeMs < nowMs - leftAfterMs || hasEnded(name)))
      await rm(path, { recursive: true, force: true });
  }
  await mkdir(own, { recursive: true, mode: 0o700 });
}

function hasEnded(name: string): boolean {
  const [, where, pid] = namePattern.exec(name) ?? [];
  if (where !== machine || pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
