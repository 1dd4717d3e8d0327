/** Seeded chance: the same seed gives the same world. */
export interface Chance {
  /** Uniform in [0, 1). */
  unit(): number;
  /** True with that probability. */
  likely(probability: number): boolean;
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Favours the front: place k comes up in proportion to 1 / (k + 1). */
  pickZipf<Item>(items: readonly Item[]): Item;
  /** Many near the median, a few far above it. */
  logNormal(median: number, sigma: number): number;
  /** Power law from `least` on: P(more than x) = (least / x) ^ shape. */
  pareto(least: number, shape: number): number;
  /** Waiting time of that mean. */
  exponential(mean: number): number;
}

export function createChance(random: () => number): Chance {
  const below = (end: number) => Math.floor(random() * end);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return {
    unit: random,
    likely: (probability) => random() < probability,
    below,
    pick: (items) => items[below(items.length)]!,
    // The inverse of the harmonic sum's integral: close enough to Zipf, and without a table.
    pickZipf: (items) => items[Math.min(items.length - 1, Math.floor((items.length + 1) ** random()) - 1)]!,
    logNormal: (median, sigma) => median * Math.exp(sigma * gaussian()),
    pareto: (least, shape) => least / (1 - random()) ** (1 / shape),
    exponential: (mean) => -Math.log(1 - random()) * mean,
  };
}
