import type { Trend } from '../../ports/search/search.ts';
import type { SearchDeps } from './context.ts';

export const trendsMax = 50;
/** How old the answer may be. */
const keptMs = 30_000;

/** Trends, worked out at most every half minute, by one request for all that wait. */
export function createTrending({
  index,
  clock,
}: Pick<SearchDeps, 'index' | 'clock'>): (limit: number) => Promise<Trend[]> {
  let kept: Trend[] = [];
  let keptAtMs = Number.NEGATIVE_INFINITY;
  let running: Promise<Trend[]> | undefined;
  const refresh = async () => {
    const trends = await index.trends({ nowMs: clock.nowMs(), limit: trendsMax });
    kept = trends;
    keptAtMs = clock.monotonicMs();
    return trends;
  };
  return async (limit) => {
    if (clock.monotonicMs() - keptAtMs >= keptMs) {
      running ??= refresh().finally(() => {
        running = undefined;
      });
      // An old answer is better than a wait, once there is one.
      if (keptAtMs === Number.NEGATIVE_INFINITY) await running;
      else running.catch(() => {});
    }
    return kept.slice(0, limit);
  };
}
