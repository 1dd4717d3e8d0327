import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Admin, Producer } from '@platformatic/kafka';
import { kafkaJars } from './downloads.ts';
import {
  type Engine,
  nodeAddress,
  nodeFolder,
  nodeNumbers,
  type SetOptions,
  timeoutAfter,
} from './engine.ts';
import { needJdk } from './prerequisites.ts';
import type { ProcessToStart } from './processes.ts';

const heapMb = 192;
const clusterId = 'S2l0aEtpdGhLaXRoS2l0aA';
const checkMsMax = 8_000;
const readyTopic = 'engines-ready';

export function kafkaEngine(options: SetOptions): Engine {
  const nodes = options.three ? 3 : 1;
  const port = options.portBase + 92;
  const brokers = nodeNumbers(nodes).map((node) => `${nodeAddress(node)}:${port}`);
  let jars = '';
  let java = '';
  return {
    name: 'kafka',
    nodes,
    ports: [port, port + 1],
    env: { KITH_KAFKA: brokers.join(',') },
    politeStopMsMax: 5_000,
    async prepare() {
      java = needJdk('Kafka', 17).java;
      jars = join(await kafkaJars(options.report), 'jars');
    },
    process: (node) => nodeProcess({ options, nodes, node, port, jars, java }),
    check: () => produceToEach(brokers),
  };
}

interface NodeOptions {
  options: SetOptions;
  nodes: number;
  node: number;
  port: number;
  jars: string;
  java: string;
}

async function nodeProcess(given: NodeOptions): Promise<ProcessToStart> {
  const { options, nodes, node, port, jars, java } = given;
  const folder = nodeFolder(options.folder, 'kafka', node);
  mkdirSync(folder, { recursive: true });
  const settingsFile = join(folder, 'server.properties');
  writeFileSync(settingsFile, settings(folder, nodes, node, port));
  const logging =
    'Configuration: {Appenders: {Console: {name: C, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}}, Loggers: {Root: {level: WARN, AppenderRef: {ref: C}}}}';
  writeFileSync(join(folder, 'log4j2.yaml'), logging);
  const flags = [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${join(folder, 'log4j2.yaml')}`,
    '-cp',
    `${jars}/*`,
  ];
  if (!existsSync(join(folder, 'data/meta.properties'))) {
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settingsFile];
    await promisify(execFile)(java, ['-Xmx64m', ...flags, ...format]);
  }
  const memory = [`-Xms${heapMb}m`, `-Xmx${heapMb}m`, '-XX:MaxDirectMemorySize=128m'];
  return {
    folder,
    command: java,
    args: [...memory, '-XX:+ExitOnOutOfMemoryError', ...flags, 'kafka.Kafka', settingsFile],
  };
}

function settings(folder: string, nodes: number, node: number, port: number): string {
  const inSyncMin = nodes > 1 ? 2 : 1;
  const voters = nodeNumbers(nodes).map((each) => `${each}@${nodeAddress(each)}:${port + 1}`);
  return `\
process.roles=broker,controller
node.id=${node}
controller.quorum.voters=${voters.join(',')}
listeners=PLAINTEXT://${nodeAddress(node)}:${port},CONTROLLER://${nodeAddress(node)}:${port + 1}
advertised.listeners=PLAINTEXT://${nodeAddress(node)}:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=${folder}/data
num.partitions=4
num.network.threads=2
num.io.threads=4
auto.create.topics.enable=false
default.replication.factor=${nodes}
min.insync.replicas=${inSyncMin}
offsets.topic.replication.factor=${nodes}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${nodes}
transaction.state.log.min.isr=${inSyncMin}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=${nodes}
share.coordinator.state.topic.min.isr=${inSyncMin}
share.coordinator.state.topic.num.partitions=4
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=67108864
# What is quick to notice is quick to test.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.consumer.min.session.timeout.ms=3000
group.consumer.session.timeout.ms=6000
group.consumer.min.heartbeat.interval.ms=500
group.consumer.heartbeat.interval.ms=500
controller.quorum.election.timeout.ms=500
controller.quorum.fetch.timeout.ms=1000
`;
}

/** Every broker must lead a partition that all of them hold, and take a message for it; groups must work. */
async function produceToEach(brokers: string[]): Promise<void> {
  const base = { clientId: 'engines', bootstrapBrokers: brokers, retries: 0, timeout: checkMsMax / 2 };
  const admin = new Admin(base);
  const producer = new Producer(base);
  const late = timeoutAfter(checkMsMax, 'asking Kafka');
  try {
    await Promise.race([late.promise, produce(admin, producer, brokers.length)]);
  } finally {
    late.clear();
    await Promise.race([
      Promise.allSettled([admin.close(), producer.close(true)]),
      new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
    ]);
  }
}

async function produce(admin: Admin, producer: Producer, nodes: number): Promise<void> {
  const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
  if (brokers.size < nodes) throw new Error(`${brokers.size} of ${nodes} brokers are there`);
  const topics = await admin.listTopics();
  if (!topics.includes(readyTopic)) {
    const assignments = nodeNumbers(nodes).map((node, partition) => {
      const others = nodeNumbers(nodes).filter((each) => each !== node);
      return { partition, brokers: [node, ...others] };
    });
    await admin.createTopics({ topics: [readyTopic], partitions: -1, replicas: -1, assignments });
  }
  const { topics: known } = await admin.metadata({ topics: [readyTopic], forceUpdate: true });
  for (const { isr } of known.get(readyTopic)?.partitions ?? []) {
    if (isr.length < nodes) throw new Error('the brokers are not in sync yet');
  }
  const messages = nodeNumbers(nodes).map((_, partition) => ({
    topic: readyTopic,
    partition,
    value: Buffer.from('ready'),
  }));
  await producer.send({ messages, acks: -1 });
  await admin.findCoordinator({ keyType: 0, keys: [readyTopic] });
  await admin.listConsumerGroupOffsets({
    groups: [{ groupId: readyTopic, topics: [{ name: readyTopic, partitionIndexes: [0] }] }],
  });
}
