import { blockBytes } from './checksums.ts';

/**
 * Memory for the bytes of uploads between the connection and the disk, in blocks that are used again and again: a
 * fresh buffer for every few kilobytes makes V8 look through its whole heap all the time. The blocks used last are
 * used next, so that no more of it is ever touched than was needed at once. It is shared with the thread that makes
 * checksums.
 */
export class BlockRoom {
  readonly memory: SharedArrayBuffer;
  #free: number[];
  #waiting: ((block: number) => void)[] = [];

  constructor(blocks: number) {
    this.memory = new SharedArrayBuffer(blocks * blockBytes);
    this.#free = Array.from({ length: blocks }, (_, i) => blocks - 1 - i);
  }

  take(): number | Promise<number> {
    return this.#free.pop() ?? new Promise((resolve) => this.#waiting.push(resolve));
  }

  give(blocks: readonly number[]): void {
    for (const block of blocks) {
      const next = this.#waiting.shift();
      if (next) next(block);
      else this.#free.push(block);
    }
  }

  bytesOf(block: number, sizeBytes: number): Buffer {
    return Buffer.from(this.memory as unknown as ArrayBuffer, block * blockBytes, sizeBytes);
  }
}
