import type { FileHandle } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';

const chunkBytes = 128 * 1024;
/** While one is on its way out the other is filled. */
const buffersMax = 2;

/**
 * A stretch of a file as a stream, which closes the file. Piped, it fills the same few buffers again and again, each
 * once it has gone out: a stream's fresh buffer for every chunk makes V8 look through the whole heap every few
 * megabytes, which costs a server with much in memory more than the sending.
 */
export class FileBody extends Readable {
  readonly #handle: FileHandle;
  #at: number;
  /** Inclusive. */
  readonly #end: number;
  #isPiped = false;
  #wake: (() => void) | undefined;

  constructor(handle: FileHandle, { start, end }: { start: number; end: number }) {
    super({ highWaterMark: 0 });
    this.#handle = handle;
    this.#at = start;
    this.#end = end;
  }

  /** Whoever reads instead of piping may keep what it is given. */
  override _read(): void {
    if (this.#isPiped) return;
    this.#fill(Buffer.allocUnsafe(chunkBytes)).then(
      (bytes) => this.push(bytes),
      (error: Error) => this.destroy(error),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(to: T, options?: { end?: boolean }): T {
    if (this.readableFlowing !== null || this.readableDidRead) return super.pipe(to, options);
    this.#isPiped = true;
    this.#pump(to as unknown as Writable, options?.end !== false).catch((error: Error) =>
      this.destroy(error),
    );
    return to;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wake?.();
    this.#handle.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }

  /** The next bytes; null where nothing is left. */
  async #fill(buffer: Buffer): Promise<Buffer | null> {
    const wanted = Math.min(buffer.length, this.#end + 1 - this.#at);
    if (wanted <= 0) return null;
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, this.#at);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    this.#at += bytesRead;
    return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  }

  async #pump(to: Writable, ends: boolean): Promise<void> {
    const free = Array.from({ length: buffersMax }, () => Buffer.allocUnsafeSlow(chunkBytes));
    const gone = () => void this.destroy();
    to.once('close', gone);
    for (;;) {
      while (free.length === 0 && !this.destroyed) await new Promise<void>((wake) => (this.#wake = wake));
      if (this.destroyed) return;
      const buffer = free.pop()!;
      const bytes = await this.#fill(buffer);
      if (this.destroyed) return;
      if (!bytes) break;
      to.write(bytes, () => {
        free.push(buffer);
        this.#wake?.();
      });
    }
    to.off('close', gone);
    if (ends) to.end();
    this.push(null);
    this.resume();
  }
}
