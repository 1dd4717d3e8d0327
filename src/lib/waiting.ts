/** Waits, or until aborted. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}

/** How long to wait after so many attempts (from 1): twice as long each time, within bounds. */
export const backoff = (attempt: number, min: number, max: number) => Math.min(max, min * 2 ** (attempt - 1));

/** Lets whatever else this process has to do go first. */
export const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
