import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Budget, Verdict } from '../../ports/rate-limits/rate-limits.ts';

/** Windows that one process remembers; one that is forgotten is learned again with its next take. */
const windowsMax = 50_000;

interface Window {
  /** As the server said last, with what was told to it from here. */
  shared: number;
  /** Taken here and not told yet. */
  untold: number;
  endsAtMs: number;
  isTelling: boolean;
  wasTold: boolean;
}

type Count = (name: string, budget: Budget, takes: number) => Promise<{ taken: number; resetMs: number }>;

/**
 * Counts takes in this process and tells the server of them in the background: of the first one of a window at once,
 * then of each `slack` of them. So all processes together let at most so many more through than the budget, each; and
 * a server that cannot be reached leaves each process to count for itself.
 */
export class LooseCounts {
  readonly #clock: Clock;
  readonly #count: Count;
  readonly #windows = new LRUCache<string, Window>({ max: windowsMax });

  constructor(clock: Clock, count: Count) {
    this.#clock = clock;
    this.#count = count;
  }

  take(name: string, budget: Budget): Verdict {
    const nowMs = this.#clock.monotonicMs();
    let window = this.#windows.get(name);
    if (!window || window.endsAtMs <= nowMs) {
      window = {
        shared: 0,
        untold: 0,
        endsAtMs: nowMs + budget.windowMs,
        isTelling: false,
        wasTold: false,
      };
      this.#windows.set(name, window);
    }
    if (window.shared + window.untold <= budget.takesMax) window.untold++;
    const isDue = !window.wasTold || window.untold >= budget.slack!;
    if (isDue && !window.isTelling && window.untold > 0) void this.#tell(name, budget, window);
    return verdictOf(budget, window.shared + window.untold, window.endsAtMs - nowMs);
  }

  peek(name: string, budget: Budget): Verdict {
    const nowMs = this.#clock.monotonicMs();
    const window = this.#windows.get(name);
    if (!window || window.endsAtMs <= nowMs) return verdictOf(budget, 1, budget.windowMs);
    return verdictOf(budget, window.shared + window.untold + 1, window.endsAtMs - nowMs);
  }

  forget(name: string): void {
    this.#windows.delete(name);
  }

  async #tell(name: string, budget: Budget, window: Window): Promise<void> {
    const told = window.untold;
    window.isTelling = true;
    window.wasTold = true;
    // Counted either way: what was sent and not answered may have arrived.
    window.untold -= told;
    window.shared += told;
    try {
      const { taken, resetMs } = await this.#count(name, budget, told);
      window.shared = Math.max(window.shared, taken);
      window.endsAtMs = this.#clock.monotonicMs() + resetMs;
    } catch {
      // Whoever is away is told with the next takes.
    } finally {
      window.isTelling = false;
    }
  }
}

const verdictOf = ({ takesMax }: Budget, taken: number, resetMs: number): Verdict => ({
  allowed: taken <= takesMax,
  remaining: Math.max(0, takesMax - taken),
  resetMs,
});
