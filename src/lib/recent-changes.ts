import type { Id } from './ids.ts';

/** Beyond so many changes nobody looks through them: reading anew is as cheap. A power of two. */
const keptMax = 256;

/**
 * The ids of what has changed lately, in order: so that something put together from many parts can be asked
 * whether any of them was touched since, at a cost that grows with the changes and not with the parts. Whoever
 * forgets a cached part records it here in the same breath.
 */
export class RecentChanges {
  readonly #ids: Id[] = new Array(keptMax).fill('');
  #position = 0;

  /** To be taken before anything is read. */
  get position(): number {
    return this.#position;
  }

  record(id: Id): void {
    this.#ids[this.#position++ % keptMax] = id;
  }

  /** Whether any of these was recorded after that position; true also where that is no longer known. */
  touched(since: number, parts: readonly Id[]): boolean {
    if (this.#position - since > keptMax) return true;
    for (let at = since; at < this.#position; at++) {
      if (parts.includes(this.#ids[at % keptMax]!)) return true;
    }
    return false;
  }
}
