import type { Id } from '../../lib/ids.ts';

/**
 * Numbers authors densely, so that rings hold four bytes for each and arrays find what belongs to one. A slot is
 * never given to another author; there are at most as many as authors that were ever named.
 */
export class AuthorSlots {
  #slots = new Map<Id, number>();
  readonly ids: Id[] = [];

  of(id: Id): number {
    const found = this.#slots.get(id);
    if (found !== undefined) return found;
    const slot = this.ids.length;
    this.#slots.set(id, slot);
    this.ids.push(id);
    return slot;
  }
  /** Undefined where the author was never named: then nothing is held of it. */
  find(id: Id): number | undefined {
    return this.#slots.get(id);
  }
}
