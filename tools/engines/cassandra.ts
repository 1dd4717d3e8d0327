import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import cassandra from 'cassandra-driver';
import { cassandraJars } from './downloads.ts';
import { type Engine, nodeAddress, nodeFolder, nodeNumbers, type SetOptions } from './engine.ts';
import { needJdk } from './prerequisites.ts';
import type { ProcessToStart } from './processes.ts';

/** Three even parts of the ring; a single node takes the first. */
const tokens = ['-9223372036854775808', '-3074457345618258603', '3074457345618258602'];
const opened =
  'java.base/{sun.nio.ch,java.io,java.lang,java.lang.module,java.lang.reflect,java.util,jdk.internal.loader,jdk.internal.math,jdk.internal.module,jdk.internal.ref,jdk.internal.reflect,jdk.internal.util.jar} jdk.management/{com.sun.management.internal} jdk.compiler/{com.sun.tools.javac}';
const exported =
  'java.base/{jdk.internal.misc,java.lang.ref} java.management.rmi/{com.sun.jmx.remote.internal.rmi} java.rmi/{sun.rmi.registry,sun.rmi.server} java.sql/{java.sql} jdk.unsupported/{sun.misc} jdk.compiler/{com.sun.tools.javac.file} jdk.attach/{sun.tools.attach}';
const spread = (flag: string, list: string): string[] =>
  list.split(' ').flatMap((each) => {
    const [module, packages] = each.split('/');
    const names = packages!.slice(1, -1).split(',');
    return names.map((name) => `${flag}=${module}/${name}=ALL-UNNAMED`);
  });

const heap = { one: 1024, ofThree: 512 };
const readyKeyspace = 'engines_ready';
const readMsMax = 5_000;

export function cassandraEngine(options: SetOptions): Engine {
  const nodes = options.three ? 3 : 1;
  const port = options.portBase + 42;
  let jars = '';
  let java = '';
  return {
    name: 'cassandra',
    nodes,
    ports: [port, options.portBase + 70, ...nodeNumbers(nodes).map((node) => jmxPort(options, node))],
    env: {
      KITH_CASSANDRA: nodeNumbers(nodes)
        .map((node) => `${nodeAddress(node)}:${port}`)
        .join(','),
    },
    politeStopMsMax: 0,
    async prepare() {
      java = needJdk('Cassandra', 17, 17).java;
      jars = join(await cassandraJars(options.report), 'jars');
    },
    process: (node, replacing) => nodeProcess({ options, nodes, node, port, jars, java, replacing }),
    check: () => writeThroughEach(nodes, port),
  };
}

const jmxPort = ({ portBase }: SetOptions, node: number) => portBase + 71 + node;

interface NodeOptions {
  options: SetOptions;
  nodes: number;
  node: number;
  port: number;
  jars: string;
  java: string;
  replacing: boolean;
}

function nodeProcess({ options, nodes, node, port, jars, java, replacing }: NodeOptions): ProcessToStart {
  const folder = nodeFolder(options.folder, 'cassandra', node);
  mkdirSync(join(folder, 'data'), { recursive: true });
  const replaces = replacing && nodes > 1;
  writeFileSync(join(folder, 'cassandra.yaml'), settings(options, nodes, node, port, replaces));
  const logging =
    '<configuration><appender name="C" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%-5level %date{HH:mm:ss.SSS} [%thread] %logger{0} - %msg%n</pattern></encoder></appender><root level="WARN"><appender-ref ref="C"/></root></configuration>';
  writeFileSync(join(folder, 'logback.xml'), logging);
  const mb = nodes === 1 ? heap.one : heap.ofThree;
  const machine = [
    `-Xms${mb}m -Xmx${mb}m -XX:MaxDirectMemorySize=384m -Xss512k -XX:+UseSerialGC -XX:TieredStopAtLevel=1`,
    '-XX:+ExitOnOutOfMemoryError -Djdk.attach.allowAttachSelf=true -Dio.netty.tryReflectionSetAccessible=true',
    '-Djava.awt.headless=true -Dcassandra-foreground=yes -Dcassandra.skip_wait_for_gossip_to_settle=0',
    `-Dcassandra.ring_delay_ms=500 -Dcassandra.jmx.local.port=${jmxPort(options, node)}`,
  ];
  return {
    folder,
    command: java,
    args: [
      ...machine.flatMap((line) => line.split(' ')),
      ...spread('--add-opens', opened),
      ...spread('--add-exports', exported),
      `-javaagent:${jars}/jamm-0.4.0.jar`,
      `-Dcassandra.config=file://${folder}/cassandra.yaml`,
      `-Dcassandra.storagedir=${folder}/data`,
      `-Dlogback.configurationFile=file://${folder}/logback.xml`,
      ...(replaces ? [`-Dcassandra.replace_address_first_boot=${nodeAddress(node)}`] : []),
      '-cp',
      `${jars}/*`,
      'org.apache.cassandra.service.CassandraDaemon',
    ],
  };
}

/** One that replaces itself takes its token, and its data, from the others. */
const settings = (
  { portBase }: SetOptions,
  nodes: number,
  node: number,
  port: number,
  replaces: boolean,
) => `\
cluster_name: kith
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
num_tokens: 1
${replaces ? '' : `initial_token: ${tokens[node - 1]}`}
auto_bootstrap: ${replaces}
endpoint_snitch: SimpleSnitch
dynamic_snitch: false
listen_address: ${nodeAddress(node)}
rpc_address: ${nodeAddress(node)}
storage_port: ${portBase + 70}
ssl_storage_port: ${portBase + 71}
native_transport_port: ${port}
seed_provider: [{class_name: org.apache.cassandra.locator.SimpleSeedProvider, parameters: [{seeds: "${nodeNumbers(
  nodes,
)
  .filter((each) => !replaces || each !== node)
  .map(nodeAddress)
  .join(',')}"}]}]
# What was acknowledged is on disk: a kill -9 of the only node must lose nothing.
commitlog_sync: group
commitlog_sync_group_window: 5ms
commitlog_segment_size: 8MiB
commitlog_total_space: 128MiB
# A busy machine's disk may stall for longer than a server's should.
write_request_timeout: 4s
cas_contention_timeout: 4s
memtable: {configurations: {default: {class_name: TrieMemtable}}}
memtable_heap_space: 96MiB
memtable_offheap_space: 96MiB
file_cache_size: 32MiB
networking_cache_size: 16MiB
key_cache_size: 8MiB
counter_cache_size: 2MiB
concurrent_reads: 16
concurrent_compactors: 1
auto_snapshot: false
materialized_views_enabled: false
`;

/** An open port is not a ready cluster: every node must take a write that all of them must hold. */
async function writeThroughEach(nodes: number, port: number): Promise<void> {
  const each = (use: (client: cassandra.Client, node: number) => Promise<unknown>) =>
    askEach(nodes, port, use);
  // A table made on a node that believes itself alone does not reach the others, and not later either.
  if (nodes > 1)
    await each(async (client) => {
      const { rows } = await client.execute('SELECT peer FROM system.peers', [], { consistency: one });
      if (rows.length < nodes - 1) throw new Error(`a node knows ${rows.length} of ${nodes - 1} others`);
    });
  await each(async (client, node) => {
    if (node === 1) await makeReadyTable(client, nodes);
    await client.execute(`INSERT INTO ${readyKeyspace}.t (id) VALUES (${node})`);
  });
}

const { all, one } = cassandra.types.consistencies;

/** Each node by itself, one after another. */
async function askEach(
  nodes: number,
  port: number,
  use: (client: cassandra.Client, node: number) => Promise<unknown>,
): Promise<void> {
  for (const node of nodeNumbers(nodes)) {
    const contact = `${nodeAddress(node)}:${port}`;
    const { WhiteListPolicy, RoundRobinPolicy } = cassandra.policies.loadBalancing;
    const client = new cassandra.Client({
      contactPoints: [contact],
      localDataCenter: 'datacenter1',
      policies: { loadBalancing: new WhiteListPolicy(new RoundRobinPolicy(), [contact]) },
      socketOptions: { readTimeout: readMsMax, connectTimeout: readMsMax },
      queryOptions: { consistency: all, isIdempotent: true },
    });
    try {
      await client.connect();
      await use(client, node);
    } finally {
      await client.shutdown().catch(() => {});
    }
  }
}

async function makeReadyTable(client: cassandra.Client, nodes: number): Promise<void> {
  const replication = `{'class': 'SimpleStrategy', 'replication_factor': ${nodes}}`;
  await client.execute(`CREATE KEYSPACE IF NOT EXISTS ${readyKeyspace} WITH replication = ${replication}`);
  await client.execute(`CREATE TABLE IF NOT EXISTS ${readyKeyspace}.t (id int PRIMARY KEY)`);
}
