/** Durations counted in plain arrays, an addition each; whoever shows them makes sums of them. */
export const boundsSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10] as const;

export class Histogram {
  /** One more than there are bounds: the last counts what is beyond them all. */
  readonly buckets: number[] = new Array<number>(boundsSeconds.length + 1).fill(0);
  sumSeconds = 0;

  observe(durationMs: number): void {
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < boundsSeconds.length && seconds > boundsSeconds[bucket]!) bucket++;
    this.buckets[bucket]!++;
    this.sumSeconds += seconds;
  }
}
