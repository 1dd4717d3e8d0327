import type { PastEntry } from './node.ts';

const dayMs = 86_400_000;
/** For so long everything is kept that was not deleted for good. */
export const allKeptMs = 30 * dayMs;

/**
 * Which moments can be gone back to: every one of the last 30 days, the midnights (UTC) before that, and every
 * snapshot. What was deleted for good is kept by snapshots alone.
 */
export interface KeptMoments {
  /** Whether how a node stood for a while is part of a kept moment. */
  needs(span: Pick<PastEntry, 'from' | 'until' | 'fromMs' | 'untilMs'>): boolean;
}

export const keepsAll = (atMs: number, nowMs: number): boolean => atMs > nowMs - allKeptMs;

export function keptMoments(given: {
  snapshots: readonly number[];
  nowMs: number;
  isPurged: boolean;
}): KeptMoments {
  const { nowMs, isPurged } = given;
  const snapshots = [...given.snapshots].sort((a, b) => a - b);
  return {
    needs({ from, until, fromMs, untilMs }) {
      const isInSnapshot = snapshots.some((position) => from <= position && position < until);
      if (isInSnapshot || isPurged) return isInSnapshot;
      return keepsAll(untilMs, nowMs) || lastMidnight(untilMs - 1) >= fromMs;
    },
  };
}

/** The kept moment that stands for one asked for. */
export function keptMomentAt(timeMs: number, nowMs: number): number {
  return keepsAll(timeMs, nowMs) ? timeMs : lastMidnight(timeMs);
}

const lastMidnight = (timeMs: number) => Math.floor(timeMs / dayMs) * dayMs;
