/**
 * What `/metrics` tells. Requests are counted in plain arrays, an addition each, and only turned into Prometheus'
 * form when somebody asks.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import { boundsSeconds, Histogram } from '../lib/histogram.ts';

const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx'];

/** The requests of one method and route template. */
export interface RouteMeter {
  observe(status: number, durationMs: number): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  value: number;
}

export interface LabelledHistogram {
  labels: Labels;
  histogram: Histogram;
}

export interface Metrics {
  readonly contentType: string;
  /** For metrics of any other kind. */
  readonly registry: Registry;
  /**
   * A number that is asked for at each scrape, or several of one name, told apart by labels. Names are `kith_…`,
   * with the unit last; what only grows ends with `_total`.
   */
  gauge(name: string, help: string, read: () => number | Iterable<Sample>): void;
  /** Durations; `name` ends with `_duration_seconds`. */
  histogram(name: string, help: string, read: () => Iterable<LabelledHistogram>): void;
  meter(method: string, route: string): RouteMeter;
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meters = new Map<string, (LabelledHistogram | undefined)[]>();
  const histogram: Metrics['histogram'] = (name, help, read) =>
    register(registry, { name, help, type: 'histogram' }, () => histogramLines(name, read()));
  histogram('kith_http_request_duration_seconds', 'How long requests took, by route.', () =>
    [...meters.values()].flat().filter((series) => series !== undefined),
  );
  return {
    contentType: registry.contentType,
    registry,
    gauge(name, help, read) {
      const type = name.endsWith('_total') ? 'counter' : 'gauge';
      register(registry, { name, help, type }, () => {
        const value = read();
        return typeof value === 'number' ? [{ labels: {}, value }] : [...value];
      });
    },
    histogram,
    meter(method, route) {
      const key = `${method} ${route}`;
      const byClass = meters.get(key) ?? new Array<LabelledHistogram | undefined>(statusClasses.length);
      meters.set(key, byClass);
      return {
        observe(status, durationMs) {
          const place = Math.min(statusClasses.length, Math.max(1, Math.floor(status / 100))) - 1;
          byClass[place] ??= {
            labels: { method, route, status: statusClasses[place]! },
            histogram: new Histogram(),
          };
          byClass[place].histogram.observe(durationMs);
        },
      };
    },
    text: () => registry.metrics(),
  };
}

interface Line {
  metricName?: string;
  labels: Readonly<Record<string, string | number>>;
  value: number;
}

/** prom-client keeps values of its own; these are worked out when somebody asks. */
function register(
  registry: Registry,
  { name, help, type }: { name: string; help: string; type: 'counter' | 'gauge' | 'histogram' },
  read: () => Line[],
): void {
  registry.registerMetric({
    name,
    get: async () => ({ name, help, type, aggregator: 'sum', values: read() }),
    reset() {},
  } as never);
}

/** In the form that prom-client's registry prints. */
function histogramLines(name: string, all: Iterable<LabelledHistogram>): Line[] {
  return [...all].flatMap(({ labels, histogram: { buckets, sumSeconds } }) => {
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
}
