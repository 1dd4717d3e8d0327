/**
 * What `/metrics` tells. Requests are counted in plain arrays, an addition each, and only turned into Prometheus'
 * form when somebody asks.
 */
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

const boundsSeconds = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10];
const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** The requests of one method and route template. */
export interface RouteMeter {
  observe(status: number, durationMs: number): void;
}

export interface Metrics {
  readonly contentType: string;
  /** For metrics of any other kind. */
  readonly registry: Registry;
  /** A gauge whose value is asked for at each scrape. Names are `kith_…`, with the unit last. */
  gauge(name: string, help: string, read: () => number): void;
  meter(method: string, route: string): RouteMeter;
  text(): Promise<string>;
}

interface Series {
  labels: { method: string; route: string; status: string };
  /** One more than there are bounds: the last counts what is beyond them all. */
  buckets: number[];
  sumSeconds: number;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meters = new Map<string, (Series | undefined)[]>();
  registry.registerMetric({
    name: 'kith_http_request_duration_seconds',
    get: () =>
      Promise.resolve(histogram([...meters.values()].flat().filter((series) => series !== undefined))),
    reset: () => meters.clear(),
  } as never);
  return {
    contentType: registry.contentType,
    registry,
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    meter(method, route) {
      const key = `${method} ${route}`;
      const byClass = meters.get(key) ?? new Array<Series | undefined>(statusClasses.length);
      meters.set(key, byClass);
      return {
        observe(status, durationMs) {
          const place = Math.min(statusClasses.length, Math.max(1, Math.floor(status / 100))) - 1;
          byClass[place] ??= newSeries(method, route, statusClasses[place]!);
          const series = byClass[place]!;
          const seconds = durationMs / 1000;
          let bucket = 0;
          while (bucket < boundsSeconds.length && seconds > boundsSeconds[bucket]!) bucket++;
          series.buckets[bucket]!++;
          series.sumSeconds += seconds;
        },
      };
    },
    text: () => registry.metrics(),
  };
}

const newSeries = (method: string, route: string, status: string): Series => ({
  labels: { method, route, status },
  buckets: new Array<number>(boundsSeconds.length + 1).fill(0),
  sumSeconds: 0,
});

/** In the form that prom-client's registry prints. */
function histogram(all: readonly Series[]) {
  const name = 'kith_http_request_duration_seconds';
  const values = all.flatMap(({ labels, buckets, sumSeconds }) => {
    let count = 0;
    const cumulative = buckets.map((inBucket, place) => {
      count += inBucket;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: boundsSeconds[place] ?? '+Inf' },
        value: count,
      };
    });
    return [
      ...cumulative,
      { metricName: `${name}_sum`, labels, value: sumSeconds },
      { metricName: `${name}_count`, labels, value: count },
    ];
  });
  return { name, help: 'How long requests took, by route.', type: 'histogram', aggregator: 'sum', values };
}
