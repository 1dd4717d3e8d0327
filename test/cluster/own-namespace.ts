/** A namespace of a test's own in the engines that the environment names; nothing of it is left afterwards. */
import { randomBytes } from 'node:crypto';
import { createClient } from '../../src/adapters/cassandra/driver-session.ts';
import { forgetTopic } from '../../src/adapters/kafka/testing.ts';
import { engine } from './cassandra-keyspace.ts';
import { redisUrl, removeKeys } from './shared-redis.ts';

const kafka = process.env['KITH_KAFKA'] ?? '127.0.0.1:19092';
const openSearch = process.env['KITH_OPENSEARCH'] ?? 'http://127.0.0.1:19200';

/** Dozens of tables at once, each with its files, on a machine that may have other work. */
const dropMsMax = 90_000;

export interface OwnNamespace {
  name: string;
  /** Settings of the profile cluster; the secret is the caller's to give. */
  env: Record<string, string>;
  remove(): Promise<void>;
}

export function ownNamespace(): OwnNamespace {
  const name = `kith_test_${randomBytes(4).toString('hex')}`;
  const prefix = name.replaceAll('_', '-');
  return {
    name,
    env: {
      KITH_PROFILE: 'cluster',
      KITH_NAMESPACE: name,
      KITH_CASSANDRA: engine.contactPoints.join(','),
      KITH_CASSANDRA_DATACENTER: engine.localDataCenter,
      KITH_CASSANDRA_REPLICATION: '1',
      KITH_KAFKA: kafka,
      KITH_KAFKA_PARTITIONS: '4',
      KITH_REDIS: redisUrl,
      KITH_OPENSEARCH: openSearch,
    },
    async remove() {
      const client = createClient({ ...engine, timeoutMs: dropMsMax });
      try {
        await client.execute(`DROP KEYSPACE IF EXISTS ${name}`, [], { prepare: false });
      } finally {
        await client.shutdown();
      }
      await removeKeys(redisUrl, name);
      await forgetTopic(prefix, kafka.split(','));
      const listed = await fetch(`${openSearch}/_cat/indices/${prefix}-*?h=index&expand_wildcards=all`);
      for (const index of (await listed.text()).split('\n').filter(Boolean))
        await fetch(`${openSearch}/${index.trim()}`, { method: 'DELETE' });
    },
  };
}
