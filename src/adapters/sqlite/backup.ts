import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Writes a compact, consistent copy of a database while it is in use. The target appears only when it is
 * whole, checked and on the disk; one that was there before is replaced. Blocks: call it off the main thread
 * when others wait.
 */
export function backUpTo(source: DatabaseSync, targetFile: string): void {
  const partial = `${targetFile}.partial`;
  rmSync(partial, { force: true });
  try {
    source.prepare('VACUUM INTO ?').run(partial);
    verify(partial);
    fsyncPath(partial);
    renameSync(partial, targetFile);
    fsyncPath(dirname(targetFile));
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function verify(file: string): void {
  const copy = new DatabaseSync(file, { readOnly: true });
  try {
    const result = copy.prepare('PRAGMA quick_check(1)').get()!['quick_check'];
    if (result !== 'ok') throw new Error(`the backup ${file} is not sound: ${result}`);
  } finally {
    copy.close();
  }
}

export function fsyncPath(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
