/** What `/metrics` tells of one process beside its requests. docs/operating.md explains every name. */
import {
  createMetrics,
  type LabelledHistogram,
  type Labels,
  type Metrics,
  type Sample,
} from '../http/metrics.ts';
import type { Histogram } from '../lib/histogram.ts';
import type { ByLabel, Meters } from '../ports/measuring/meters.ts';
import type { Features } from './features.ts';

export interface ProcessMetricsOptions {
  meters: Meters;
  features: Pick<Features, 'feed' | 'live'>;
  /** What the engines tell of themselves. */
  gauges: readonly { name: string; help: string; read: () => number | Iterable<Sample> }[];
  /** Of this process: its version, profile and roles. */
  build: Labels;
}

export function createProcessMetrics({ meters, features, gauges, build }: ProcessMetricsOptions): Metrics {
  const metrics = createMetrics();
  const { gauge, histogram } = metrics;
  gauge('kith_build_info', 'Always 1; what runs is in the labels.', () => [{ labels: build, value: 1 }]);
  for (const { name, help, read } of gauges) gauge(name, help, read);
  gauge('kith_feed_inboxes', 'Readers with an inbox in memory.', () => features.feed.size().inboxes);
  gauge('kith_feed_heads', 'Authors with a head in memory.', () => features.feed.size().heads);
  gauge('kith_feed_bytes', 'Memory of timelines.', () => features.feed.size().bytes);
  gauge('kith_streams_open', 'Live streams open.', () => features.live.streamsCount);
  gauge(
    'kith_log_lag_entries',
    'Entries of the log that a group has not handled yet, as this process sees it.',
    () => [...meters.lags].map(([group, lags]) => ({ labels: { group }, value: largest(lags) })),
  );
  gauge('kith_batch_failures_total', 'Batches of the log that failed and come again.', () =>
    counts('group', meters.batchFailures),
  );
  gauge('kith_search_failures_total', 'Questions that the search index did not answer.', () =>
    counts('kind', meters.searchFailures),
  );
  gauge('kith_rate_limited_total', 'Requests over a budget.', () => counts('budget', meters.limited));
  gauge('kith_cache_hits_total', 'Keys that the cache held.', () => meters.cacheHits);
  gauge('kith_cache_misses_total', 'Keys that the cache did not hold.', () => meters.cacheMisses);
  gauge('kith_engine_up', 'Whether an engine answered when it was asked last.', () =>
    [...meters.engines].map(([engine, { isUp }]) => ({ labels: { engine }, value: Number(isUp) })),
  );
  gauge('kith_engine_ping_seconds', 'How long it took to answer then.', () =>
    [...meters.engines].map(([engine, { seconds }]) => ({ labels: { engine }, value: seconds })),
  );
  histogram('kith_commit_duration_seconds', 'From when a commit is asked for to its acknowledgement.', () =>
    histograms('outcome', meters.commits),
  );
  histogram('kith_batch_duration_seconds', 'How long a group took for a batch of the log.', () =>
    histograms('group', meters.batches),
  );
  histogram('kith_search_duration_seconds', 'How long the search index took for a question.', () =>
    histograms('kind', meters.searches),
  );
  return metrics;
}

const largest = (lags: Iterable<() => number>): number => Math.max(0, ...[...lags].map((lag) => lag()));

const counts = (label: string, each: ByLabel<{ count: number }>): Sample[] =>
  [...each.entries()].map(([value, { count }]) => ({ labels: { [label]: value }, value: count }));

const histograms = (label: string, each: ByLabel<Histogram>): LabelledHistogram[] =>
  [...each.entries()].map(([value, histogram]) => ({ labels: { [label]: value }, histogram }));
