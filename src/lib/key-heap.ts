/** A binary heap of sources by their next key, largest first, in typed arrays that are kept between merges. */
export class KeyHeap {
  #keys = new Float64Array(64);
  #sources = new Uint32Array(64);
  size = 0;

  /** The largest key, and whose it is. Only while `size > 0`. */
  get topKey(): number {
    return this.#keys[0]!;
  }
  get topSource(): number {
    return this.#sources[0]!;
  }

  push(key: number, source: number): void {
    if (this.size === this.#keys.length) this.#grow();
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#keys[parent]! >= key) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, key, source);
  }

  /** The top source goes on with its next key, which is no larger. */
  replaceTop(key: number): void {
    this.#sink(key, this.#sources[0]!);
  }

  pop(): void {
    const last = --this.size;
    if (last > 0) this.#sink(this.#keys[last]!, this.#sources[last]!);
  }

  #sink(key: number, source: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.#keys[child + 1]! > this.#keys[child]!) child++;
      if (this.#keys[child]! <= key) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, key, source);
  }
  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from]!;
    this.#sources[to] = this.#sources[from]!;
  }
  #put(at: number, key: number, source: number): void {
    this.#keys[at] = key;
    this.#sources[at] = source;
  }
  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const sources = new Uint32Array(keys.length);
    keys.set(this.#keys);
    sources.set(this.#sources);
    this.#keys = keys;
    this.#sources = sources;
  }
}
