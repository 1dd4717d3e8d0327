import type { Clock } from '../../src/ports/clock/clock.ts';

export interface Progress {
  done: number;
  total: number;
  perSecond: number;
  leftMs: number;
}

const reportEveryMs = 500;

/** Tells `onProgress` at most twice a second, and at the end; the rate is that of the last stretch, smoothed. */
export function trackProgress(total: number, clock: Clock, onProgress: (progress: Progress) => void) {
  let done = 0;
  let perSecond = 0;
  let reportedDone = 0;
  let reportedAtMs = clock.monotonicMs();
  return function step() {
    done++;
    const nowMs = clock.monotonicMs();
    const elapsedMs = nowMs - reportedAtMs;
    if (elapsedMs < reportEveryMs && done < total) return;
    const current = ((done - reportedDone) / Math.max(1, elapsedMs)) * 1000;
    perSecond = perSecond === 0 ? current : perSecond * 0.7 + current * 0.3;
    reportedDone = done;
    reportedAtMs = nowMs;
    onProgress({ done, total, perSecond, leftMs: ((total - done) / perSecond) * 1000 });
  };
}

/** One line for a terminal. */
export function progressLine({ done, total, perSecond, leftMs }: Progress): string {
  const seconds = Math.ceil(leftMs / 1000);
  const left = seconds >= 60 ? `${Math.floor(seconds / 60)} min ${seconds % 60} s` : `${seconds} s`;
  const share = Math.floor((done / total) * 100);
  return `${share}%  ${done} of ${total}  ${Math.round(perSecond)}/s  ${left} left`;
}
