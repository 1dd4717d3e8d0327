import { Readable, type Writable } from 'node:stream';
import { OutgoingMessage } from './node-http.ts';

/** Of each size, kept for the next body. */
const sparesMax = 16;
const spares = new Map<number, Buffer[]>();

const takeBuffer = (bytes: number): Buffer => spares.get(bytes)?.pop() ?? Buffer.allocUnsafeSlow(bytes);

function keepBuffer(buffer: Buffer): void {
  const kept = spares.get(buffer.length) ?? [];
  spares.set(buffer.length, kept);
  if (kept.length < sparesMax) kept.push(buffer);
}

/** While one is on its way out the other is filled. */
const buffersMax = 2;

/**
 * Bytes as a stream. Piped into an answer, it fills the same few buffers again and again, each once it has gone out: a
 * stream's fresh buffer for every chunk makes V8 look through the whole heap every few megabytes, which costs a server with
 * much in memory more than the sending. Whatever else it is piped into may keep what it has taken, as every transform does,
 * and is given buffers of its own.
 */
export abstract class PumpedBody extends Readable {
  readonly #bufferBytes: number;
  #isPiped = false;
  #wake: (() => void) | undefined;

  constructor(bufferBytes: number) {
    super({ highWaterMark: 0 });
    this.#bufferBytes = bufferBytes;
  }

  /** The next bytes, in this buffer; null where nothing is left. Asked for one after another. */
  protected abstract fill(buffer: Buffer): Promise<Buffer | null>;
  /** Gives back what it reads from. */
  protected abstract close(): Promise<void>;

  /** Whoever reads instead of piping may keep what it is given. */
  override _read(): void {
    if (this.#isPiped) return;
    this.fill(Buffer.allocUnsafe(this.#bufferBytes)).then(
      (bytes) => this.push(bytes),
      (error: Error) => this.destroy(error),
    );
  }

  override pipe<T extends NodeJS.WritableStream>(to: T, options?: { end?: boolean }): T {
    const isUnread = this.readableFlowing === null && !this.readableDidRead;
    if (!isUnread || !(to instanceof OutgoingMessage)) return super.pipe(to, options);
    this.#isPiped = true;
    this.#pump(to as unknown as Writable, options?.end !== false).catch((error: Error) =>
      this.destroy(error),
    );
    return to;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#wake?.();
    this.close().then(
      () => done(error),
      (failure: Error) => done(error ?? failure),
    );
  }

  async #pump(to: Writable, ends: boolean): Promise<void> {
    const free = Array.from({ length: buffersMax }, () => takeBuffer(this.#bufferBytes));
    let isOver = false;
    const gone = () => void this.destroy();
    to.once('close', gone);
    for (;;) {
      while (free.length === 0 && !this.destroyed) await new Promise<void>((wake) => (this.#wake = wake));
      if (this.destroyed) return;
      const buffer = free.pop()!;
      const bytes = await this.fill(buffer);
      if (this.destroyed) return;
      if (!bytes) {
        free.push(buffer);
        break;
      }
      to.write(bytes, (error) => {
        if (isOver && !error) keepBuffer(buffer);
        free.push(buffer);
        this.#wake?.();
      });
    }
    // Those still on their way out follow when they have gone.
    isOver = true;
    for (const buffer of free) keepBuffer(buffer);
    to.off('close', gone);
    if (ends) to.end();
    this.push(null);
    this.resume();
  }
}
