import { type Clock, systemClock } from '../../src/ports/clock/clock.ts';

/** Wall-clock time that the seeder turns back to when things are said to have happened; never later than now. */
export interface SeedClock extends Clock {
  /** From then on `nowMs` answers this moment. */
  tell(timeMs: number): void;
}

/**
 * To be given to the program that is seeded, in place of the system's clock, so that ids and dates of the seeded
 * world lie in its past. It tells the real time until it is told another. Durations stay real.
 */
export function createSeedClock(): SeedClock {
  let toldMs: number | undefined;
  return {
    nowMs: () => toldMs ?? systemClock.nowMs(),
    monotonicMs: systemClock.monotonicMs,
    random: systemClock.random,
    tell(timeMs) {
      toldMs = Math.min(Math.floor(timeMs), systemClock.nowMs());
    },
  };
}

export const isSeedClock = (clock: Clock): clock is SeedClock => 'tell' in clock;
