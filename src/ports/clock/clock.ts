/** Time and chance, so that tests and simulations can replace both. */
export interface Clock {
  /** Wall-clock time in ms since 1970. May step back. */
  nowMs(): number;
  /** A duration base in ms that never steps back. */
  monotonicMs(): number;
  /** Uniform in [0, 1), not for secrets. */
  random(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
};

export interface ManualClock extends Clock {
  advance(ms: number): void;
  set(nowMs: number): void;
}

/** A clock that stands still until told; `random` is a seeded mulberry32. */
export function manualClock(startMs = Date.UTC(2026, 5, 1), seed = 1): ManualClock {
  let now = startMs;
  let monotonic = 0;
  let state = seed >>> 0;
  return {
    nowMs: () => now,
    monotonicMs: () => monotonic,
    random() {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    },
    advance(ms) {
      now += ms;
      monotonic += ms;
    },
    set(nowMs) {
      now = nowMs;
    },
  };
}
