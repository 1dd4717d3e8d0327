import { RecentMap } from '../../lib/recent-map.ts';

/**
 * Values by reference in this process, read from the truth when missing; for what a request touches so often
 * that decoding text would be felt. Bounded by `sizeMax`. Callers do not change what they are given.
 *
 * A load that races a change never brings the old state back: `invalidate` also forgets the loads under
 * way, so their result reaches those who already wait for it and nobody after.
 */
export interface LoadingCache<V> {
  /** What is kept, without loading. */
  peek(key: string): V | undefined;
  get(key: string): Promise<V | undefined>;
  /** In the order of the keys. Missing ones are loaded together. */
  getMany(keys: readonly string[]): Promise<(V | undefined)[]>;
  invalidate(key: string): void;
  clear(): void;
}

export interface LoadingCacheOptions<V> {
  /** At most this much is kept, in units of `sizeOf` (by default, in values). */
  sizeMax: number;
  sizeOf?: (value: V) => number;
  /** In the order of the keys, undefined where there is nothing; that is not remembered. At most `loadMax` keys. */
  load: (keys: readonly string[]) => Promise<(V | undefined)[]>;
  loadMax?: number;
}

export function loadingCache<V extends object>({
  sizeMax,
  sizeOf,
  load,
  loadMax = 1000,
}: LoadingCacheOptions<V>): LoadingCache<V> {
  const values = new RecentMap<V>({ sizeMax, ...(sizeOf && { sizeOf }) });
  const pending = new Map<string, Promise<V | undefined>>();

  const start = (keys: readonly string[]) => {
    const batch = load(keys);
    for (const [i, key] of keys.entries()) {
      const one: Promise<V | undefined> = batch.then(
        (loaded) => {
          const value = loaded[i];
          if (pending.get(key) === one) {
            pending.delete(key);
            if (value !== undefined) values.set(key, value);
          }
          return value;
        },
        (error: unknown) => {
          if (pending.get(key) === one) pending.delete(key);
          throw error;
        },
      );
      // Whoever waits for it handles the failure; a load that nobody waits for any more must not end the process.
      one.catch(() => undefined);
      pending.set(key, one);
    }
  };

  const loadMissing = async (keys: readonly string[], found: (V | undefined)[]) => {
    const missing = new Set<string>();
    for (const [i, key] of keys.entries()) if (!found[i] && !pending.has(key)) missing.add(key);
    const list = [...missing];
    for (let i = 0; i < list.length; i += loadMax) start(list.slice(i, i + loadMax));
    return Promise.all(keys.map((key, i) => found[i] ?? pending.get(key)));
  };

  return {
    peek: (key) => values.get(key),
    async get(key) {
      return values.get(key) ?? (await loadMissing([key], [undefined]))[0];
    },
    async getMany(keys) {
      const found = new Array<V | undefined>(keys.length);
      let complete = true;
      for (let i = 0; i < keys.length; i++) {
        found[i] = values.get(keys[i]!);
        if (found[i] === undefined) complete = false;
      }
      return complete ? found : loadMissing(keys, found);
    },
    invalidate(key) {
      values.delete(key);
      pending.delete(key);
    },
    clear() {
      values.clear();
      pending.clear();
    },
  };
}
