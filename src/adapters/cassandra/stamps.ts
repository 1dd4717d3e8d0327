/**
 * A hybrid logical clock (Kulkarni et al., 2014) in microseconds: near the wall clock, above every stamp this process
 * has given or seen. So a commit that follows another one, in whatever process, writes above it, whatever the clocks say.
 */
export interface Stamps {
  /** A stamp above all others. */
  next(): number;
  /** To be told of every stamp that is read. */
  observe(stamp: number | undefined): void;
  /** How far stamps run ahead of this process's clock. */
  aheadMs(): number;
}

export function createStamps(nowMs: () => number): Stamps {
  let last = 0;
  return {
    next() {
      last = Math.max(last + 1, Math.floor(nowMs()) * 1000);
      return last;
    },
    observe(stamp) {
      if (stamp !== undefined && stamp > last) last = stamp;
    },
    aheadMs: () => Math.max(0, last / 1000 - nowMs()),
  };
}
