import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock/clock.ts';
import type { Budget, RateLimits, Verdict } from './rate-limits.ts';

interface Window {
  taken: number;
  endsAtMs: number;
}

export interface MemoryRateLimits extends RateLimits {
  take(budget: Budget, key: string): Verdict;
  peek(budget: Budget, key: string): Verdict;
  reset(budget: Budget, key: string): void;
}

/**
 * Counts within this process, synchronously and without timers: well under a microsecond a take. Holds at most
 * `keysMax` windows a budget and forgets those that were used longest ago.
 */
export function memoryRateLimits({
  clock,
  keysMax = 50_000,
}: {
  clock: Clock;
  keysMax?: number;
}): MemoryRateLimits {
  const byBudget = new Map<string, LRUCache<string, Window>>();
  const windowsOf = ({ name }: Budget) => {
    let windows = byBudget.get(name);
    if (!windows) {
      windows = new LRUCache<string, Window>({ max: keysMax });
      byBudget.set(name, windows);
    }
    return windows;
  };
  const verdict = ({ takesMax }: Budget, taken: number, resetMs: number): Verdict => ({
    allowed: taken <= takesMax,
    remaining: Math.max(0, takesMax - taken),
    resetMs,
  });
  return {
    take(budget, key) {
      const windows = windowsOf(budget);
      const nowMs = clock.monotonicMs();
      const window = windows.get(key);
      if (!window || window.endsAtMs <= nowMs) {
        windows.set(key, { taken: 1, endsAtMs: nowMs + budget.windowMs });
        return verdict(budget, 1, budget.windowMs);
      }
      // Counting stops one past the budget, so a flood cannot overflow it.
      if (window.taken <= budget.takesMax) window.taken++;
      return verdict(budget, window.taken, window.endsAtMs - nowMs);
    },
    peek(budget, key) {
      const nowMs = clock.monotonicMs();
      const window = windowsOf(budget).get(key);
      if (!window || window.endsAtMs <= nowMs) return verdict(budget, 1, budget.windowMs);
      return verdict(budget, window.taken + 1, window.endsAtMs - nowMs);
    },
    reset(budget, key) {
      windowsOf(budget).delete(key);
    },
  };
}
