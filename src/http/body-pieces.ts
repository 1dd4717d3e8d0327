import type { Readable } from 'node:stream';
import { bytesCameBy } from '../lib/young-garbage.ts';

/** So much waits to be taken; then the connection does. */
const queuedBytesMax = 256 * 1024;

/**
 * A body's bytes in the pieces they come in. A stream read by its own iterator joins the pieces that wait, each time
 * in fresh memory. Whoever stops reading leaves the body as it is: the connection is to carry the answer.
 */
export function bodyPieces(body: Readable): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new BodyPieces(body) };
}

class BodyPieces implements AsyncIterator<Uint8Array, undefined> {
  readonly #body: Readable;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #error: Error | undefined;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  constructor(body: Readable) {
    this.#body = body;
    this.#hasEnded = body.readableEnded;
    this.#error = this.#hasEnded ? undefined : brokenOff(body);
    body.on('data', this.#take).on('end', this.#end).on('error', this.#fail).on('close', this.#close);
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (this.#queue.length === 0) {
      if (this.#hasEnded) return this.return();
      if (this.#error) {
        this.#leave();
        throw this.#error;
      }
      if (this.#body.isPaused()) this.#body.resume();
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
    const value = this.#queue.shift()!;
    this.#queuedBytes -= value.length;
    bytesCameBy(value.length);
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#leave();
    return { value: undefined, done: true };
  }

  #take = (piece: Uint8Array) => {
    this.#queue.push(piece);
    this.#queuedBytes += piece.length;
    if (this.#queuedBytes >= queuedBytesMax) this.#body.pause();
    this.#wake?.();
  };
  #end = () => {
    this.#hasEnded = true;
    this.#wake?.();
  };
  #fail = (error: Error) => {
    this.#error = error;
    this.#wake?.();
  };
  #close = () => {
    if (!this.#hasEnded) this.#error ??= brokenOff(this.#body) ?? new Error('The body broke off.');
    this.#wake?.();
  };

  #leave(): void {
    this.#body
      .off('data', this.#take)
      .off('end', this.#end)
      .off('close', this.#close)
      // An error that comes later is nobody's.
      .off('error', this.#fail)
      .on('error', () => undefined);
    if (!this.#hasEnded) this.#body.pause();
  }
}

const brokenOff = (body: Readable): Error | undefined =>
  body.errored ?? (body.destroyed ? new Error('The body broke off.') : undefined);
