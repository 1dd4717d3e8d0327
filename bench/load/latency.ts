import type { Latency } from './plan.ts';

const samplesMax = 4_000_000;

/** Every latency, kept whole: percentiles are exact. Beyond the bound the newest are dropped and counted. */
export class LatencyLog {
  #samples = new Float64Array(65_536);
  #count = 0;
  #sum = 0;
  dropped = 0;

  add(ms: number): void {
    if (this.#count === this.#samples.length) {
      if (this.#count >= samplesMax) {
        this.dropped++;
        return;
      }
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#samples);
      this.#samples = larger;
    }
    this.#samples[this.#count++] = ms;
    this.#sum += ms;
  }

  get count(): number {
    return this.#count;
  }

  summary(): Latency {
    const sorted = this.#samples.subarray(0, this.#count).slice().sort();
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
    return {
      mean: this.#count === 0 ? Number.NaN : this.#sum / this.#count,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      p999: at(0.999),
      max: at(1),
    };
  }
}
