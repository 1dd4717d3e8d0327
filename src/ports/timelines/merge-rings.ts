import { KeyHeap } from '../../lib/key-heap.ts';
import type { KeyRing } from './key-ring.ts';

/** What a merge found, in arrays that the next merge with this object overwrites. */
export interface Merged {
  count: number;
  keys: Float64Array;
  /** For each key the index of its ring. */
  rings: Uint32Array;
  /** For each key its tag in that ring. */
  tags: Uint32Array;
}

/**
 * Merges rings newest first: keys below `before`, at or above `floor`, each once. Keeps its arrays, so that a
 * merge makes no garbage. O(rings + limit · log rings).
 */
export class RingMerge {
  readonly #heap = new KeyHeap();
  #next = new Uint16Array(64);
  readonly #merged: Merged = {
    count: 0,
    keys: new Float64Array(32),
    rings: new Uint32Array(32),
    tags: new Uint32Array(32),
  };

  merge(
    rings: readonly KeyRing[],
    { before, floor, limit }: { before: number; floor: number; limit: number },
  ): Merged {
    const heap = this.#heap;
    const merged = this.#merged;
    this.#reserve(rings.length, limit);
    const next = this.#next;
    heap.size = 0;
    for (let i = 0; i < rings.length; i++) {
      const ring = rings[i]!;
      const nth = ring.countFrom(before);
      if (nth >= ring.count) continue;
      const key = ring.keyAt(nth);
      if (key < floor) continue;
      next[i] = nth;
      heap.push(key, i);
    }
    merged.count = 0;
    let last = Number.POSITIVE_INFINITY;
    while (heap.size > 0 && merged.count < limit) {
      const key = heap.topKey;
      const source = heap.topSource;
      const ring = rings[source]!;
      const nth = next[source]!;
      if (key !== last) {
        merged.keys[merged.count] = key;
        merged.rings[merged.count] = source;
        merged.tags[merged.count++] = ring.tagAt(nth);
        last = key;
      }
      next[source] = nth + 1;
      if (nth + 1 < ring.count && ring.keyAt(nth + 1) >= floor) heap.replaceTop(ring.keyAt(nth + 1));
      else heap.pop();
    }
    return merged;
  }

  #reserve(rings: number, limit: number): void {
    if (this.#next.length < rings) this.#next = new Uint16Array(rings * 2);
    if (this.#merged.keys.length >= limit) return;
    this.#merged.keys = new Float64Array(limit);
    this.#merged.rings = new Uint32Array(limit);
    this.#merged.tags = new Uint32Array(limit);
  }
}
