/**
 * The newest keys of an author or a reader in ascending order, in a circular typed array that starts small and
 * grows to a limit. A key may carry a tag (the author's slot).
 *
 * `low`: keys below were evicted or refused for want of room. `floor`: complete from here up; Infinity until the
 * truth was read. Always `low <= floor`. Only eviction moves either up; `extend` moves the floor down.
 */
export class KeyRing {
  readonly max: number;
  #keys: Float64Array;
  #tags: Uint32Array | undefined;
  #start = 0;
  #count = 0;
  #low = 0;
  #floor = Number.POSITIVE_INFINITY;

  constructor({ max, tagged, capacity = 8 }: { max: number; tagged: boolean; capacity?: number }) {
    this.max = max;
    this.#keys = new Float64Array(Math.min(max, Math.max(capacity, 4)));
    this.#tags = tagged ? new Uint32Array(this.#keys.length) : undefined;
  }

  get count(): number {
    return this.#count;
  }
  get floor(): number {
    return this.#floor;
  }
  get low(): number {
    return this.#low;
  }
  get bytes(): number {
    return this.#keys.length * (this.#tags ? 12 : 8) + 160;
  }

  /** The nth newest, from 0. */
  keyAt(nth: number): number {
    return this.#keys[this.#indexOf(nth)]!;
  }
  tagAt(nth: number): number {
    return this.#tags ? this.#tags[this.#indexOf(nth)]! : 0;
  }
  #indexOf(nth: number): number {
    const index = this.#start + this.#count - 1 - nth;
    return index < this.#keys.length ? index : index - this.#keys.length;
  }

  /** How many keys are at or above: the place, counted from the newest, of the first one below. O(log n). */
  countFrom(key: number): number {
    if (this.#count === 0 || this.keyAt(0) < key) return 0;
    let low = 1;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.keyAt(middle) >= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** True if the key is new and was taken. O(1) for the newest, else O(how many are newer). */
  insert(key: number, tag: number): boolean {
    if (key < this.#low) return false;
    const newer = this.countFrom(key);
    if (newer > 0 && this.keyAt(newer - 1) === key) return false;
    if (this.#count === this.max) {
      if (newer === this.#count) {
        this.#lose(key);
        return false;
      }
      this.#lose(this.keyAt(this.#count - 1));
      this.#start = this.#start + 1 === this.#keys.length ? 0 : this.#start + 1;
      this.#count--;
    } else if (this.#count === this.#keys.length) this.#grow();
    this.#count++;
    for (let nth = 0; nth < newer; nth++) this.#set(nth, this.keyAt(nth + 1), this.tagAt(nth + 1));
    this.#set(newer, key, tag);
    return true;
  }

  #set(nth: number, key: number, tag: number): void {
    const index = this.#indexOf(nth);
    this.#keys[index] = key;
    if (this.#tags) this.#tags[index] = tag;
  }

  #lose(key: number): void {
    this.#low = key + 1;
    if (this.#floor < this.#low) this.#floor = this.#low;
  }

  #grow(): void {
    const keys = new Float64Array(Math.min(this.max, this.#keys.length * 2));
    const tags = this.#tags && new Uint32Array(keys.length);
    for (let i = 0; i < this.#count; i++) {
      const nth = this.#count - 1 - i;
      keys[i] = this.keyAt(nth);
      if (tags) tags[i] = this.tagAt(nth);
    }
    this.#keys = keys;
    this.#tags = tags;
    this.#start = 0;
  }

  /** Every key from `from` to the present floor (or up, the first time) was inserted: complete from there. */
  extend(from: number): void {
    if (from < this.#floor) this.#floor = Math.max(from, this.#low);
  }
  /** What was inserted is complete only from there: keys below are no longer answered for. */
  raise(from: number): void {
    if (from > this.#floor) this.#floor = from;
  }
}
