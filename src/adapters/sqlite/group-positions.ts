import type { Reader } from './reader.ts';
import type { Failed } from './wire.ts';
import { failedError, type WriterClient } from './writer-client.ts';

/** Positions of all groups that moved within this time are stored together. */
const storeDelayMs = 100;

/**
 * How far each group has come. Stored a moment after the batch was handled, so a crash repeats at most
 * what was handled within that moment.
 */
export class GroupPositions {
  #writer: () => WriterClient;
  #stored = new Map<string, number>();
  #moved = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(reader: Reader, writer: () => WriterClient) {
    this.#writer = writer;
    for (const [name, position] of reader.query('SELECT name, position FROM log_groups'))
      this.#stored.set(name as string, position as number);
  }

  /** Where a group goes on. A new one is stored at once, so that nothing it needs is trimmed. */
  async begin(group: string): Promise<number> {
    const known = this.#moved.get(group) ?? this.#stored.get(group);
    if (known !== undefined) return known;
    this.#moved.set(group, 0);
    const failed = await this.#store();
    if (failed) throw failedError(failed);
    return 0;
  }

  set(group: string, position: number): void {
    this.#moved.set(group, position);
    this.#timer ??= setTimeout(() => void this.#store(), storeDelayMs);
  }

  /** Groups that are stored no longer. */
  forget(groups: readonly string[]): void {
    for (const group of groups) this.#stored.delete(group);
  }

  /** Resolves once every position set is stored, or could not be: then batches are repeated one day. */
  async flush(): Promise<void> {
    if (this.#moved.size > 0) await this.#store();
  }

  #store(): Promise<Failed | undefined> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const moved = this.#moved;
    this.#moved = new Map();
    return new Promise((resolve) => {
      this.#writer().storePositions([...moved].flat(), (failed) => {
        for (const [group, position] of moved) {
          if (!failed) this.#stored.set(group, position);
          else if (!this.#moved.has(group)) this.#moved.set(group, position);
        }
        resolve(failed);
      });
    });
  }
}
