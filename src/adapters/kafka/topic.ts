import { Admin } from '@platformatic/kafka';
import { clientOptions, closeClient, type KafkaAddress, within } from './client-options.ts';

const replicasWanted = 3;
const createMsMax = 15_000;
const clientRetries = 3;

export interface TopicOptions {
  address: KafkaAddress;
  topic: string;
  partitions: number;
  retentionMs: number;
}

/** Creates the topic unless it is there: on as many brokers as there are, three at most, and writable while one is away. */
export async function createTopic({ address, topic, partitions, retentionMs }: TopicOptions): Promise<void> {
  const admin = new Admin(clientOptions(address, topic, clientRetries));
  try {
    const topics = await within(createMsMax, 'asking Kafka for its topics', admin.listTopics());
    if (topics.includes(topic)) return;
    const { brokers } = await within(createMsMax, 'asking Kafka', admin.metadata({ topics: [] }));
    const replicas = Math.min(replicasWanted, brokers.size);
    const configs = Object.entries({
      'cleanup.policy': 'delete',
      'retention.ms': String(retentionMs),
      'min.insync.replicas': String(replicas === replicasWanted ? 2 : 1),
      'unclean.leader.election.enable': 'false',
      // Whoever subscribes late asks for entries since a moment, by one clock.
      'message.timestamp.type': 'LogAppendTime',
    }).map(([name, value]) => ({ name, value }));
    const creating = admin.createTopics({ topics: [topic], partitions, replicas, configs });
    await within(createMsMax, 'creating the topic', creating).catch(async (error) => {
      // Another process may have been first.
      if (!(await admin.listTopics()).includes(topic)) throw error;
    });
  } finally {
    await closeClient(admin);
  }
}
