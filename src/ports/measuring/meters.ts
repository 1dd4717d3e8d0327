import { Histogram } from '../../lib/histogram.ts';

/** Values of one label that there may be; more are counted as `other`, so that no label grows without bound. */
const valuesMax = 64;

/** One of these for each value of a label. */
export class ByLabel<Each> {
  readonly #make: () => Each;
  readonly #each = new Map<string, Each>();

  constructor(make: () => Each) {
    this.#make = make;
  }

  get(value: string): Each {
    const known = this.#each.get(value);
    if (known !== undefined) return known;
    if (this.#each.size >= valuesMax && value !== 'other') return this.get('other');
    const made = this.#make();
    this.#each.set(value, made);
    return made;
  }

  entries(): Iterable<[string, Each]> {
    return this.#each.entries();
  }
}

/** What one process notes of its use of the ports. */
export interface Meters {
  /** By outcome: `ok`, `conflict`, `failed`. */
  commits: ByLabel<Histogram>;
  /** Batches of the log, by group; and those that failed and come again. */
  batches: ByLabel<Histogram>;
  batchFailures: ByLabel<{ count: number }>;
  /** Entries not handled yet, by group. */
  lags: Map<string, Set<() => number>>;
  /** Questions to the search index, by what is looked for. */
  searches: ByLabel<Histogram>;
  searchFailures: ByLabel<{ count: number }>;
  /** Requests over a budget, by its name. */
  limited: ByLabel<{ count: number }>;
  cacheHits: number;
  cacheMisses: number;
  /** Engines of their own, as they answered the last time they were asked. */
  engines: Map<string, { isUp: boolean; seconds: number }>;
}

export function createMeters(): Meters {
  const histogram = () => new Histogram();
  const counter = () => ({ count: 0 });
  return {
    commits: new ByLabel(histogram),
    batches: new ByLabel(histogram),
    batchFailures: new ByLabel(counter),
    lags: new Map(),
    searches: new ByLabel(histogram),
    searchFailures: new ByLabel(counter),
    limited: new ByLabel(counter),
    cacheHits: 0,
    cacheMisses: 0,
    engines: new Map(),
  };
}
