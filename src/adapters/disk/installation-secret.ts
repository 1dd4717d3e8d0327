import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export const secretFile = 'secret';
const bytes = 32;

/**
 * This installation's secret: made once, kept in the data folder, readable by its owner alone. On the disk before
 * it is answered. The folder is there, and this process owns it.
 */
export function installationSecret(folder: string): string {
  const file = join(folder, secretFile);
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept.length >= bytes) return kept;
    throw new Error(`${file} is damaged: restore it from a backup, or remove it to have a new one made.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = randomBytes(bytes).toString('base64url');
  const partial = `${file}.partial`;
  const handle = openSync(partial, 'w', 0o600);
  writeSync(handle, `${secret}\n`);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(partial, file);
  const parent = openSync(folder, 'r');
  fsyncSync(parent);
  closeSync(parent);
  return secret;
}
