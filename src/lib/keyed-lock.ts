/**
 * Lets one piece of work at a time go on under a key, in the order they came, within this process. It only
 * spares races that conditional writes would find anyway: correctness must not rest on it.
 */
export interface KeyedLock {
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<unknown>>();
  return {
    async run(key, work) {
      const before = tails.get(key);
      const mine = (async () => {
        // The one before answers for its own failure.
        await before?.catch(() => undefined);
        return work();
      })();
      tails.set(key, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === mine) tails.delete(key);
      }
    },
  };
}
