import { type FileHandle, open } from 'node:fs/promises';
import { unless } from './durable-folders.ts';

interface OpenFile {
  handle: Promise<FileHandle | undefined>;
  readers: number;
  isForgotten: boolean;
}

/** Files kept open for reading, the longest unused given up first; none is closed under a reader. */
export class OpenFiles {
  readonly #countMax: number;
  #files = new Map<string, OpenFile>();

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** How many bytes could be read, undefined where there is no such file. */
  async read(file: string, into: Buffer, at: number): Promise<number | undefined> {
    const entry = this.#use(file);
    entry.readers++;
    try {
      const handle = await entry.handle;
      if (!handle) return undefined;
      let done = 0;
      while (done < into.length) {
        const { bytesRead } = await handle.read(into, done, into.length - done, at + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return done;
    } catch (error) {
      this.forget(file);
      throw error;
    } finally {
      entry.readers--;
      this.#closeUnused(entry);
    }
  }

  forget(file: string): void {
    const entry = this.#files.get(file);
    if (!entry) return;
    this.#files.delete(file);
    entry.isForgotten = true;
    this.#closeUnused(entry);
  }

  async close(): Promise<void> {
    const entries = [...this.#files.values()];
    for (const file of [...this.#files.keys()]) this.forget(file);
    await Promise.allSettled(entries.map((entry) => entry.handle));
  }

  #use(file: string): OpenFile {
    const known = this.#files.get(file);
    if (known) {
      // Last in order: the latest used.
      this.#files.delete(file);
      this.#files.set(file, known);
      return known;
    }
    const handle = open(file, 'r').catch((error: unknown) => {
      this.#files.delete(file);
      unless('ENOENT', 'ENOTDIR')(error);
      return undefined;
    });
    void handle.then((found) => found === undefined && this.#files.delete(file)).catch(() => undefined);
    const entry = { handle, readers: 0, isForgotten: false };
    this.#files.set(file, entry);
    if (this.#files.size > this.#countMax) this.forget(this.#files.keys().next().value!);
    return entry;
  }

  #closeUnused(entry: OpenFile): void {
    if (!entry.isForgotten || entry.readers > 0) return;
    void entry.handle.then((handle) => handle?.close()).catch(() => undefined);
  }
}
