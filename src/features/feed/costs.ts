/** What the two ways cost here, in ms; moving averages of what was measured, from sound first guesses. */
export interface Costs {
  /** Pulling one author's head into a page. */
  readonly pullMs: number;
  /** Delivering one key to one inbox. */
  readonly deliverMs: number;
}

/** One sample moves the average by this part. */
const weight = 0.05;
/** No single sample, such as one with a pause of the collector in it, counts for more than this many times the average. */
const outlierMax = 10;

export class MeasuredCosts implements Costs {
  pullMs = 0.000_1;
  deliverMs = 0.000_35;

  pulled(authors: number, tookMs: number): void {
    if (authors > 0 && tookMs > 0) this.pullMs = average(this.pullMs, tookMs / authors);
  }
  delivered(count: number, tookMs: number): void {
    if (count > 0 && tookMs > 0) this.deliverMs = average(this.deliverMs, tookMs / count);
  }
}

function average(old: number, sample: number): number {
  return old + weight * (Math.min(sample, old * outlierMax) - old);
}

/** Events per ms, the older counting less: halved in weight every `halfLifeMs`. */
export interface Rate {
  perMs: number;
  atMs: number;
}

export const halfLifeMs = 86_400_000;
const decayMs = halfLifeMs / Math.LN2;

export const noRate = (nowMs: number): Rate => ({ perMs: 0, atMs: nowMs });

export function addToRate(rate: Rate, nowMs: number, count = 1): void {
  rate.perMs = rateAt(rate, nowMs) + count / decayMs;
  rate.atMs = Math.max(nowMs, rate.atMs);
}
export function rateAt({ perMs, atMs }: Rate, nowMs: number): number {
  return perMs * Math.exp(-Math.max(0, nowMs - atMs) / decayMs);
}
