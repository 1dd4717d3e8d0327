import { mkdir, open, rename, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createKeyedLock } from '../../lib/keyed-lock.ts';

/** So many folders are remembered as being surely on the disk; beyond, that is made sure of again. */
const knownMax = 20_000;
/** How often something is tried again because a folder was removed just then. */
export const attemptsMax = 100;

/**
 * Folders below a root that are made when needed, and are on the disk before anything in them is promised. The root
 * belongs to this process alone, so a lock in memory is enough to order making and removing.
 */
export class DurableFolders {
  readonly #root: string;
  #known = new Set<string>();
  #lock = createKeyedLock();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes the folder and those above it; resolves when their names are durable. */
  async make(folder: string): Promise<void> {
    if (folder === this.#root || this.#known.has(folder)) return;
    for (let attempt = 1; ; attempt++) {
      await this.make(dirname(folder));
      try {
        return await this.#lock.run(folder, () => this.#makeOne(folder));
      } catch (error) {
        // The one above was removed meanwhile, being empty.
        if (codeOf(error) !== 'ENOENT' || attempt === attemptsMax) throw error;
        this.forget(dirname(folder));
      }
    }
  }

  async #makeOne(folder: string): Promise<void> {
    if (this.#known.has(folder)) return;
    await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'));
    await syncFolder(dirname(folder));
    if (this.#known.size >= knownMax) this.#known.clear();
    this.#known.add(folder);
  }

  /** To be called where a folder thought to be there was not. */
  forget(folder: string): void {
    this.#known.delete(folder);
  }

  /** Removes the folder, and those above it up to the root, as far as they are empty. */
  async removeEmpty(folder: string): Promise<void> {
    for (let at = folder; at !== this.#root && at.startsWith(this.#root); at = dirname(at)) {
      const isGone = await this.#lock.run(at, async () => {
        this.#known.delete(at);
        try {
          await rmdir(at);
          return true;
        } catch {
          return false;
        }
      });
      if (!isGone) return;
    }
  }
}

/** A sync under way, and the one that those who came meanwhile share. */
const syncs = new Map<string, { now: Promise<void>; next?: Promise<void> }>();

/**
 * Makes what names the folder holds durable. Whoever asks while a sync runs needs one that begins afterwards; all who
 * do share it.
 */
export function syncFolder(folder: string): Promise<void> {
  const running = syncs.get(folder);
  if (running) {
    running.next ??= running.now.then(
      () => startSync(folder),
      () => startSync(folder),
    );
    return running.next;
  }
  return startSync(folder);
}

function startSync(folder: string): Promise<void> {
  const entry: { now: Promise<void>; next?: Promise<void> } = {
    now: syncOnce(folder).finally(() => {
      if (syncs.get(folder) === entry && !entry.next) syncs.delete(folder);
    }),
  };
  syncs.set(folder, entry);
  return entry.now;
}

async function syncOnce(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Moves a synced file to another folder, durably: a move is sure when both folders know of it. */
export async function moveFile(from: string, to: string): Promise<void> {
  await rename(from, to);
  await Promise.all([syncFolder(dirname(to)), syncFolder(dirname(from))]);
}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException)?.code;

/** A handler that lets errors of these codes pass. */
export const unless =
  (...codes: string[]) =>
  (error: unknown): void => {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
  };
