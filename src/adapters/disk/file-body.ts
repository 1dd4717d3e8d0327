import type { FileHandle } from 'node:fs/promises';
import { PumpedBody } from '../../lib/pumped-body.ts';

const chunkBytes = 128 * 1024;

/** A stretch of a file as a stream, which closes the file. */
export class FileBody extends PumpedBody {
  readonly #handle: FileHandle;
  #at: number;
  /** Inclusive. */
  readonly #end: number;

  constructor(handle: FileHandle, { start, end }: { start: number; end: number }) {
    super(chunkBytes);
    this.#handle = handle;
    this.#at = start;
    this.#end = end;
  }

  protected override async fill(buffer: Buffer): Promise<Buffer | null> {
    const wanted = Math.min(buffer.length, this.#end + 1 - this.#at);
    if (wanted <= 0) return null;
    const { bytesRead } = await this.#handle.read(buffer, 0, wanted, this.#at);
    if (bytesRead === 0) throw new Error('the file is shorter than it was');
    this.#at += bytesRead;
    return bytesRead === buffer.length ? buffer : buffer.subarray(0, bytesRead);
  }

  protected override close(): Promise<void> {
    return this.#handle.close();
  }
}
