import { LRUCache } from 'lru-cache';
import type { Signals } from '../features/feed/index.ts';
import type { Clock } from '../ports/clock/clock.ts';

/** An order by relevance may be late by so much; the same reader who asks again meanwhile reads nothing. */
const keptMsMax = 60_000;
const affinitiesMax = 200_000;
const postsMax = 50_000;

/** The same signals, remembered for a minute: where each is a read of its own by another machine. */
export function keptSignals(signals: Signals, clock: Pick<Clock, 'monotonicMs'>): Signals {
  const affinities = keptValues<Awaited<ReturnType<Signals['affinities']>>[number]>(affinitiesMax, clock);
  const posts = keptValues<Awaited<ReturnType<Signals['posts']>>[number]>(postsMax, clock);
  return {
    affinities: (readerId, authorIds) =>
      affinities(
        authorIds,
        (id) => `${readerId} ${id}`,
        (missing) => signals.affinities(readerId, missing),
      ),
    posts: (postIds) =>
      posts(
        postIds,
        (id) => id,
        (missing) => signals.posts(missing),
      ),
  };
}

function keptValues<Value extends object>(sizeMax: number, clock: Pick<Clock, 'monotonicMs'>) {
  const kept = new LRUCache<string, { value: Value; atMs: number }>({ max: sizeMax });
  return async (
    ids: readonly string[],
    nameOf: (id: string) => string,
    read: (missing: readonly string[]) => Promise<Value[]>,
  ): Promise<Value[]> => {
    const atMs = clock.monotonicMs();
    const values = ids.map((id) => {
      const found = kept.get(nameOf(id));
      return found && atMs - found.atMs < keptMsMax ? found.value : undefined;
    });
    const missing = ids.flatMap((_, i) => (values[i] === undefined ? [i] : []));
    if (missing.length > 0) {
      const found = await read(missing.map((i) => ids[i]!));
      for (const [n, i] of missing.entries()) {
        values[i] = found[n]!;
        kept.set(nameOf(ids[i]!), { value: found[n]!, atMs });
      }
    }
    return values as Value[];
  };
}
