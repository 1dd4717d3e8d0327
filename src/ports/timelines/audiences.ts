/**
 * Which inboxes an author's posts are delivered to, by the serial numbers of the inboxes; serials are never given
 * twice. Lists are walked from the end, and a gap is closed by the last entry: so an entry that stays is met
 * whatever leaves meanwhile, perhaps twice, and one that comes meanwhile is not met.
 */
export class Audiences {
  readonly #lists: (SerialList | undefined)[] = [];
  readonly #isAlive: (serial: number) => boolean;

  constructor(isAlive: (serial: number) => boolean) {
    this.#isAlive = isAlive;
  }

  size(slot: number): number {
    return this.#lists[slot]?.count ?? 0;
  }

  /** The inbox is not in it yet. */
  join(slot: number, serial: number): void {
    let list = this.#lists[slot];
    if (!list) {
      list = { serials: new Uint32Array(4), count: 0 };
      this.#lists[slot] = list;
    }
    if (list.count === list.serials.length) this.#makeRoom(list);
    list.serials[list.count++] = serial;
  }

  leave(slot: number, serial: number): void {
    const list = this.#lists[slot];
    if (!list) return;
    const at = list.serials.subarray(0, list.count).lastIndexOf(serial);
    if (at >= 0) list.serials[at] = list.serials[--list.count]!;
  }

  /** Those below place `end` (default: all), at most `limit`, and the place where the next page ends. */
  page(slot: number, end: number, limit: number): { serials: Uint32Array; next: number } {
    const list = this.#lists[slot];
    const last = Math.min(end, list?.count ?? 0);
    const first = Math.max(0, last - limit);
    return { serials: list ? list.serials.slice(first, last) : new Uint32Array(0), next: first };
  }

  /** Full: those whose inbox is gone make room first, and only a list still over half full grows. */
  #makeRoom(list: SerialList): void {
    let kept = 0;
    for (let i = 0; i < list.count; i++) {
      const serial = list.serials[i]!;
      if (this.#isAlive(serial)) list.serials[kept++] = serial;
    }
    list.count = kept;
    if (kept <= list.serials.length / 2) return;
    const serials = new Uint32Array(list.serials.length * 2);
    serials.set(list.serials);
    list.serials = serials;
  }

  clear(): void {
    this.#lists.length = 0;
  }
}

interface SerialList {
  serials: Uint32Array;
  count: number;
}
