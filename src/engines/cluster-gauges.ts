/** What the engines of a cluster tell of themselves, beside what is measured at the ports. */
import type { NodeLease } from '../adapters/cassandra/node-lease.ts';
import type { CassandraStore } from '../adapters/cassandra/store.ts';
import type { KafkaLog } from '../adapters/kafka/kafka-log.ts';
import type { OpenSearchIndex } from '../adapters/opensearch/opensearch.ts';
import type { RedisConnection } from '../adapters/redis/connection.ts';
import type { Gauge } from './engines.ts';

export interface WatchedParts {
  lease: NodeLease;
  store: CassandraStore;
  log: KafkaLog;
  redis: RedisConnection;
  search: OpenSearchIndex;
}

const gauge = (name: string, help: string, read: Gauge['read']): Gauge => ({ name, help, read });

export function clusterGauges({ lease, store, log, redis, search }: WatchedParts): Gauge[] {
  return [
    ...storeGauges(store),
    gauge('kith_node_held', 'Whether the number that ids are minted under is held.', () =>
      Number(lease.isHeld()),
    ),
    gauge(
      'kith_kafka_unpublished',
      'Entries of this process that are not in Kafka yet.',
      () => log.stats().unpublished,
    ),
    gauge('kith_kafka_published_total', 'Entries sent to Kafka.', () => log.stats().published),
    gauge('kith_kafka_publish_retries_total', 'Hints sent again.', () => log.stats().publishRetries),
    gauge('kith_kafka_read_total', 'Entries read from Kafka.', () => log.stats().read),
    gauge('kith_redis_round_trips_total', 'Waits for an answer of Redis.', () => redis.stats().trips),
    gauge(
      'kith_redis_connections_total',
      'Connections to Redis since the start.',
      () => redis.stats().connections,
    ),
    ...searchGauges(search),
  ];
}

function storeGauges({ stats }: CassandraStore): Gauge[] {
  return [
    gauge('kith_commits_total', 'Commits acknowledged since the start.', () => stats().commits),
    gauge('kith_commits_waiting', 'Commits not yet acknowledged.', () => stats().waiting),
    gauge(
      'kith_commits_refused_busy_total',
      'Commits refused because too many wait.',
      () => stats().refusedBusy,
    ),
    gauge(
      'kith_commits_failed_total',
      'Commits whose outcome their caller was not told.',
      () => stats().failed,
    ),
    gauge('kith_cassandra_retries_total', 'Statements sent again.', () => stats().retries),
    gauge('kith_cassandra_in_flight', 'Statements under way.', () => stats().inFlight),
    gauge('kith_cassandra_statements_total', 'Statements sent, by why.', () =>
      labelled('reason', stats().statements),
    ),
    gauge(
      'kith_cassandra_clock_skew_seconds',
      'This machine’s clock against Cassandra’s.',
      () => stats().clockSkewMs / 1000,
    ),
    gauge('kith_outbox_unpublished', 'Hints that are not in Kafka yet.', () => stats().unpublished),
    gauge(
      'kith_outbox_publish_failures_total',
      'Times that hints could not be published.',
      () => stats().publishFailures,
    ),
    gauge('kith_sweep_finished_total', 'Crashed commits finished.', () => stats().finished),
    gauge('kith_sweep_aborted_total', 'Crashed commits ended.', () => stats().aborted),
  ];
}

function searchGauges(search: OpenSearchIndex): Gauge[] {
  const requests = (read: (lane: { count: number; failures: number; seconds: number }) => number) => () =>
    labelled(
      'lane',
      Object.fromEntries(Object.entries(search.stats().requests).map(([lane, each]) => [lane, read(each)])),
    );
  return [
    gauge(
      'kith_opensearch_changes_waiting',
      'Changes not in the index yet.',
      () => search.stats().changesWaiting,
    ),
    gauge(
      'kith_opensearch_queries_waiting',
      'Queries that wait for their turn.',
      () => search.stats().queriesWaiting,
    ),
    gauge('kith_opensearch_rebuilding', 'Whether the index is being built anew.', () =>
      Number(search.stats().isRebuilding),
    ),
    gauge(
      'kith_opensearch_bulks_total',
      'Requests that carried changes, many in each.',
      () => search.stats().bulks,
    ),
    gauge(
      'kith_opensearch_requests_total',
      'Requests to OpenSearch.',
      requests(({ count }) => count),
    ),
    gauge(
      'kith_opensearch_request_failures_total',
      'Requests that failed.',
      requests(({ failures }) => failures),
    ),
    gauge(
      'kith_opensearch_request_seconds_total',
      'Time that requests took.',
      requests(({ seconds }) => seconds),
    ),
  ];
}

const labelled = (label: string, values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
