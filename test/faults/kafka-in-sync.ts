import { Admin } from '@platformatic/kafka';

const askMsMax = 5_000;
const inSyncMsMax = 120_000;
const stepMs = 300;

/** Resolves when every replica of every partition of every topic is in sync. (Groups: `EngineSet.ready` asks.) */
export async function untilInSync(brokers: string[]): Promise<void> {
  const endMs = performance.now() + inSyncMsMax;
  for (;;) {
    const why = await behind(brokers).catch((error: Error) => error.message);
    if (why === undefined) return;
    if (performance.now() > endMs) throw new Error(`Kafka is not in sync: ${why}`);
    await new Promise((wake) => setTimeout(wake, stepMs));
  }
}

async function behind(bootstrapBrokers: string[]): Promise<string | undefined> {
  const admin = new Admin({ clientId: 'faults', bootstrapBrokers, retries: 0, timeout: askMsMax });
  try {
    const names = await admin.listTopics();
    const { topics } = await admin.metadata({ topics: names, forceUpdate: true });
    for (const [name, { partitions }] of topics)
      for (const [i, { isr, replicas }] of partitions.entries())
        if (isr.length < replicas.length) return `${name} ${i}: ${isr.length} of ${replicas.length}`;
    return undefined;
  } finally {
    await admin.close().catch(() => {});
  }
}
