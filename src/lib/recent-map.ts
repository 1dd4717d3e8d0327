export interface RecentMapOptions<Value> {
  /** At most this much is kept, in units of `sizeOf` (by default, in entries). */
  sizeMax: number;
  /** Of what is kept; must not change while it is. */
  sizeOf?: (value: Value, key: string) => number;
}

/**
 * A bounded map that keeps what was used lately. Two generations: what is set or found goes into the young one; when
 * that holds half of what is allowed it becomes the old one, and the old one is forgotten. So a hit on what is used
 * often costs one look-up in a Map and no write; a list in exact order of use costs three times that, and half of
 * the time of a page of posts goes into such hits.
 */
export class RecentMap<Value extends object | string> {
  readonly #halfMax: number;
  readonly #sizeOf: ((value: Value, key: string) => number) | undefined;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #youngSize = 0;

  constructor({ sizeMax, sizeOf }: RecentMapOptions<Value>) {
    this.#halfMax = sizeMax / 2;
    this.#sizeOf = sizeOf;
  }

  get(key: string): Value | undefined {
    const value = this.#young.get(key);
    return value === undefined && this.#old.size > 0 ? this.#rejuvenate(key) : value;
  }

  /** Something larger than half of what is allowed is not kept. */
  set(key: string, value: Value): void {
    this.delete(key);
    const size = this.#sizeOf ? this.#sizeOf(value, key) : 1;
    if (size > this.#halfMax) return;
    if (this.#youngSize + size > this.#halfMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    this.#young.set(key, value);
    this.#youngSize += size;
  }

  delete(key: string): void {
    const value = this.#young.get(key);
    if (value !== undefined) {
      this.#young.delete(key);
      this.#youngSize -= this.#sizeOf ? this.#sizeOf(value, key) : 1;
    } else this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
    this.#youngSize = 0;
  }

  #rejuvenate(key: string): Value | undefined {
    const value = this.#old.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }
}
