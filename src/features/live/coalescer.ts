import type { Clock } from '../../ports/clock/clock.ts';

export interface Coalescer {
  mark(key: string): void;
  close(): void;
}

/** At most so many keys are flushed in one call; the rest follow at once. */
const flushedMax = 500;

/**
 * Gathers keys and hands each over once however often it was marked, at most every `intervalMs`: the first
 * at once, so that a lone change does not wait. One flush runs at a time.
 */
export function createCoalescer({
  intervalMs,
  clock,
  flush,
  onError,
}: {
  intervalMs: number;
  clock: Clock;
  flush: (keys: string[]) => Promise<void>;
  onError: (error: unknown) => void;
}): Coalescer {
  const marked = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  let running = false;
  let closed = false;

  const run = async () => {
    timer = undefined;
    running = true;
    lastMs = clock.monotonicMs();
    try {
      while (marked.size > 0 && !closed) {
        const keys = [...marked].slice(0, flushedMax);
        for (const key of keys) marked.delete(key);
        await flush(keys);
        if (marked.size < flushedMax) break;
      }
    } catch (error) {
      onError(error);
    } finally {
      running = false;
      schedule();
    }
  };
  const schedule = () => {
    if (closed || running || timer !== undefined || marked.size === 0) return;
    const waitMs = Math.max(0, Math.min(intervalMs, lastMs + intervalMs - clock.monotonicMs()));
    timer = setTimeout(run, waitMs);
    timer.unref();
  };
  return {
    mark(key) {
      marked.add(key);
      schedule();
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
