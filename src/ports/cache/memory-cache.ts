import { LRUCache } from 'lru-cache';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Cache } from './cache.ts';

/** How many invalidations are remembered; a fill older than the oldest of them is dropped to be safe. */
const invalidationsMax = 10_000;

/** Bounded by characters held. Every operation is O(keys given). */
export function memoryCache({ charactersMax }: { charactersMax: number }): Cache {
  const values = new RecentMap<string>({
    sizeMax: charactersMax,
    sizeOf: (value, key) => value.length + key.length + 64,
  });
  const invalidatedAt = new LRUCache<string, number>({
    // By size: with a `max` an LRUCache takes all its memory at once.
    maxSize: invalidationsMax,
    sizeCalculation: () => 1,
    dispose: (epoch, _key, reason) => {
      if (reason === 'evict') forgottenEpoch = Math.max(forgottenEpoch, epoch);
    },
  });
  let epoch = 0;
  let forgottenEpoch = 0;
  return {
    getMany(keys) {
      const found = new Array<string | undefined>(keys.length);
      for (let i = 0; i < keys.length; i++) found[i] = values.get(keys[i]!);
      return Promise.resolve({ values: found, token: epoch });
    },
    fill(entries, token) {
      if (token < forgottenEpoch) return;
      for (const { key, value } of entries) {
        if ((invalidatedAt.peek(key) ?? 0) <= token) values.set(key, value);
      }
    },
    invalidate(keys) {
      epoch++;
      for (const key of keys) {
        values.delete(key);
        invalidatedAt.set(key, epoch);
      }
    },
    clear() {
      epoch++;
      forgottenEpoch = epoch;
      values.clear();
    },
  };
}
