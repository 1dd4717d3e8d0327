import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, isBusy, StoreOpenError } from './failures.ts';

/**
 * Keeps other processes out of a data folder. The lock is the operating system's on a file, so it goes with
 * the process however that ends, and nothing stale is left to clean up.
 */
export function lockFolder(folder: string): { release(): void } {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(folder, 'kith.lock'), { timeout: 0 });
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const held = db;
    return { release: () => held.close() };
  } catch (error) {
    db?.close();
    throw new StoreOpenError(
      isBusy(error)
        ? `The data folder ${folder} is in use by another process.`
        : `The data folder ${folder} cannot be locked: ${describe(error)}.`,
      { cause: error },
    );
  }
}
