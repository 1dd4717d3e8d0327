import { RecentMap } from './recent-map.ts';

/**
 * A bounded cache in this process of what is read from the truth. A read that races an invalidation is
 * answered but not kept, so that the old state never comes back after the invalidation.
 */
export interface GuardedCache<Value extends object> {
  /** What is kept, without reading. */
  peek(key: string): Value | undefined;
  /** In the order of the keys; `read` is asked once for all that are missing and answers in their order. */
  load(keys: readonly string[], read: (missing: string[]) => Promise<Value[]>): Promise<Value[]>;
  /** Forgets the key, and every read of it under way. */
  invalidate(key: string): void;
  clear(): void;
}

export interface GuardedCacheOptions<Value> {
  /** At most this much is kept, in units of `sizeOf` (by default, in entries). */
  sizeMax: number;
  sizeOf?: (value: Value) => number;
}

export function createGuardedCache<Value extends object>({
  sizeMax,
  sizeOf,
}: GuardedCacheOptions<Value>): GuardedCache<Value> {
  const values = new RecentMap<Value>({ sizeMax, ...(sizeOf && { sizeOf }) });
  /** The newest read under way of each key; only that one may be kept. */
  const reading = new Map<string, symbol>();

  const readMissing = async (missing: string[], read: (missing: string[]) => Promise<Value[]>) => {
    const ticket = Symbol();
    for (const key of missing) reading.set(key, ticket);
    try {
      const found = await read(missing);
      for (const [i, key] of missing.entries()) {
        if (reading.get(key) === ticket) values.set(key, found[i]!);
      }
      return found;
    } finally {
      for (const key of missing) if (reading.get(key) === ticket) reading.delete(key);
    }
  };

  return {
    peek: (key) => values.get(key),
    async load(keys, read) {
      const answers = new Array<Value>(keys.length);
      let missing: string[] | undefined;
      let places: number[] | undefined;
      for (let i = 0; i < keys.length; i++) {
        const value = values.get(keys[i]!);
        if (value !== undefined) answers[i] = value;
        else {
          missing ??= [];
          places ??= [];
          missing.push(keys[i]!);
          places.push(i);
        }
      }
      if (!missing || !places) return answers;
      const found = await readMissing(missing, read);
      for (const [i, place] of places.entries()) answers[place] = found[i]!;
      return answers;
    },
    invalidate(key) {
      values.delete(key);
      reading.delete(key);
    },
    clear() {
      values.clear();
      reading.clear();
    },
  };
}
