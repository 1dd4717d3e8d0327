/** Many processes on engines that each can be many machines: Cassandra, Kafka, Redis, OpenSearch. */
import { readHome, settleHome, watchHome } from '../adapters/cassandra/home-region.ts';
import { leaseNode, type NodeLease } from '../adapters/cassandra/node-lease.ts';
import {
  type CassandraStore,
  migrateCassandra,
  missingMigrations,
  openCassandraStore,
} from '../adapters/cassandra/store.ts';
import { takeOverMark } from '../adapters/cassandra/take-over.ts';
import { createKafkaLog, type KafkaLog } from '../adapters/kafka/kafka-log.ts';
import { type OpenSearchIndex, openOpenSearch } from '../adapters/opensearch/opensearch.ts';
import { openRedis, type RedisConnection } from '../adapters/redis/connection.ts';
import { redisCache } from '../adapters/redis/redis-cache.ts';
import { type RedisPubSub, redisPubSub } from '../adapters/redis/redis-pubsub.ts';
import { redisRateLimits } from '../adapters/redis/redis-rate-limits.ts';
import { redisTimelines } from '../adapters/redis/redis-timelines.ts';
import { ConfigError, type Settings } from '../config/config.ts';
import { createIdSource, type IdSource } from '../lib/ids.ts';
import { type Records, RecordsError } from '../ports/records/records.ts';
import { tables } from '../tables.ts';
import { clusterGauges } from './cluster-gauges.ts';
import type { OpenEnginesOptions } from './embedded.ts';
import type { Engines } from './engines.ts';

/** Makes or extends what this version needs in the engines; safe to run twice and while a previous version serves. */
export async function migrateClusterEngines(
  settings: Settings,
  { clock }: Pick<OpenEnginesOptions, 'clock'>,
): Promise<string[]> {
  const applied = await migrateCassandra({
    ...cassandraOf(settings),
    tables,
    replication: `{'class': 'NetworkTopologyStrategy', '${settings.cassandraDatacenter}': ${settings.cassandraReplication}}`,
  });
  requireHere(await settleHome(cassandraOf(settings)), settings);
  const log = createKafkaLog({ ...kafkaOf(settings), clock, outbox: { readAfter: async () => [] } });
  try {
    await log.migrate();
  } finally {
    await log.close();
  }
  return applied;
}

export async function openClusterEngines(
  settings: Settings,
  { clock, onFatal, onHandlerError, report }: OpenEnginesOptions,
): Promise<Engines> {
  const cassandra = cassandraOf(settings);
  await requireSchema(cassandra);
  requireHere(await readHome(cassandra), settings);
  let ids: IdSource | undefined;
  const lease = await leaseNode({
    ...cassandra,
    clock,
    newest: () => ids?.last(),
    onLost: onFatal,
    onError: report,
  });
  ids = createIdSource({ nowMs: clock.nowMs, node: lease.node, after: lease.after });
  const closing: (() => Promise<unknown>)[] = [() => lease.release()];
  try {
    await requireMoveDone(settings, cassandra, clock);
    // The log hands on what the store commits, and reads back what it keeps.
    let log: KafkaLog | undefined;
    const store = await openCassandraStore({
      ...cassandra,
      tables,
      clock,
      ids,
      publish: (entries) => log!.publish(entries),
      committed: (...committed) => log!.committed(...committed),
      onError: (error) => report(error, 'finishing commits'),
    });
    closing.push(() => store.close());
    const home = await watchHome(cassandra, { onMoved: (region) => onFatal(notHere(region, settings)) });
    closing.push(() => home.close());
    log = createKafkaLog({
      ...kafkaOf(settings),
      clock,
      outbox: store,
      head: store.head(),
      onHandlerError,
      onTrouble: report,
    });
    const redis = await openRedis({
      url: settings.redis!,
      keyPrefix: `${settings.namespace}:`,
      clock,
      report,
    });
    closing.push(() => redis.close());
    const search = await openOpenSearch({
      url: settings.openSearch!,
      indexPrefix: settings.namespace.replaceAll('_', '-'),
      clock,
    });
    closing.push(() => search.close());
    const pubsub = redisPubSub(redis);
    closing.push(() => pubsub.close());
    const parts = { lease, store, log, redis, search, pubsub };
    return { ...portsOf(parts), ids, secret: settings.secret!, close: () => closeAll(closing, log) };
  } catch (error) {
    await closeAll(closing, undefined);
    throw error;
  }
}

interface Parts {
  lease: NodeLease;
  store: CassandraStore;
  log: KafkaLog;
  redis: RedisConnection;
  search: OpenSearchIndex;
  pubsub: RedisPubSub;
}

function portsOf(parts: Parts): Omit<Engines, 'ids' | 'secret' | 'close'> {
  const { lease, store, log, redis, search, pubsub } = parts;
  return {
    records: whileIdsAreOurs(store.records, lease),
    log,
    timelines: redisTimelines(redis),
    cache: redisCache(redis),
    search,
    pubsub,
    rateLimits: redisRateLimits(redis),
    isShared: true,
    folder: undefined,
    gauges: clusterGauges(parts),
    // Without the others everything is slower, later or not found, but what is answered is right: see docs/operating.md.
    readyChecks: { cassandra: () => store.ping() },
    health: {
      Cassandra: () => store.ping(),
      Kafka: () => problemOf(log.ping()),
      Redis: () => problemOf(redis.ping()),
      OpenSearch: () => problemOf(search.ping()),
    },
  };
}

const problemOf = (ping: Promise<unknown>): Promise<string | undefined> =>
  ping.then(
    () => undefined,
    (error: Error) => error.message,
  );

/** A process cut off for so long that another may mint ids under its number writes nothing more until it knows. */
function whileIdsAreOurs(records: Records, lease: NodeLease): Records {
  return {
    ...records,
    async commit(commit) {
      if (!lease.isHeld()) throw new RecordsError('unavailable', 'This process was cut off for too long.');
      return records.commit(commit);
    },
  };
}

/** The log before the store, whose last hints it publishes; then in reverse order of opening. */
async function closeAll(closing: (() => Promise<unknown>)[], log: KafkaLog | undefined): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (close: () => Promise<unknown>) => {
    await close().catch((error: unknown) => failures.push(error));
  };
  const [lease, store, ...rest] = closing;
  for (const close of rest.reverse()) await attempt(close);
  if (store) await attempt(store);
  if (log) await attempt(() => log.close());
  if (lease) await attempt(lease);
  if (failures.length > 0) throw failures[0];
}

export async function requireSchema(cassandra: ReturnType<typeof cassandraOf>): Promise<void> {
  const missing = await missingMigrations({ ...cassandra, tables });
  if (missing.length === 0) return;
  throw new ConfigError([
    `The keyspace ${cassandra.keyspace} lacks ${missing.length} changes of this version: run “kith migrate” first.`,
  ]);
}

/** Undefined: made before there were regions. */
function requireHere(home: string | undefined, settings: Settings): void {
  if (home !== undefined && home !== settings.cassandraDatacenter) throw notHere(home, settings);
}

const notHere = (home: string, { namespace, cassandraDatacenter }: Settings) =>
  new ConfigError([
    `${namespace} is at home in the region ${home}, and this process belongs to ${cassandraDatacenter}: processes of two regions must never write at one time. docs/regions.md says how a region takes over.`,
  ]);

/** After the number is leased: a move looks for leased numbers after it has left its mark. */
async function requireMoveDone(
  { namespace }: Settings,
  cassandra: ReturnType<typeof cassandraOf>,
  clock: OpenEnginesOptions['clock'],
): Promise<void> {
  const mark = await takeOverMark({ ...cassandra, clock });
  if (mark === undefined || (JSON.parse(mark) as { isDone: boolean }).isDone) return;
  throw new ConfigError([
    `An installation is being moved into the namespace ${namespace}: run “kith move --to cluster” until it is done.`,
  ]);
}

export const cassandraOf = (settings: Settings) => ({
  contactPoints: settings.cassandra,
  localDataCenter: settings.cassandraDatacenter,
  username: settings.cassandraUser,
  password: settings.cassandraPassword,
  keyspace: settings.namespace,
});

const kafkaOf = (settings: Settings) => ({
  brokers: settings.kafka,
  name: settings.namespace.replaceAll('_', '-'),
  partitions: settings.kafkaPartitions,
});
