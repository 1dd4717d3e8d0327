/** Kafka under test: a topic of each test's own, with records and an outbox in memory. */
import { randomUUID } from 'node:crypto';
import { Admin } from '@platformatic/kafka';
import { systemClock } from '../../ports/clock/clock.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { ContractStore, MakeStore } from '../../ports/records/contract-store.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { Commit, CommitResult } from '../../ports/records/records.ts';
import { closeClient } from './client-options.ts';
import { createKafkaLog, type KafkaLog, type KafkaLogOptions } from './kafka-log.ts';

export const freshName = () => `test-${randomUUID().slice(0, 8)}`;

export type TestLogOptions = Partial<KafkaLogOptions> & Pick<KafkaLogOptions, 'name' | 'brokers'>;
export type TestStore = ContractStore & { log: KafkaLog; idle(): Promise<void> };

export function openTestLog(options: TestLogOptions): KafkaLog {
  return createKafkaLog({
    partitions: 4,
    clock: systemClock,
    outbox: { readAfter: async () => [] },
    ...options,
  });
}

/** What a process that commits looks like to the log; the interval stands for the sweep. */
export function openTestStore({
  nowMs = systemClock.nowMs,
  ...options
}: TestLogOptions & { nowMs?: () => number }): TestStore {
  const memory = createMemoryStore({ nowMs });
  const log = openTestLog({
    outbox: { readAfter: (position, limit) => memory.log.read(position, limit) },
    ...options,
  });
  const running = new Set<Promise<void>>();
  const publish = async (entries: LogEntry[]): Promise<void> =>
    log.publish(entries).catch(() => publishLater(entries));
  const publishLater = async (entries: LogEntry[]) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (!closed) await publish(entries);
  };
  let closed = false;
  return {
    log,
    records: {
      ...memory.records,
      async commit(commit: Commit): Promise<CommitResult> {
        const result = await memory.records.commit(commit);
        if (!result.ok) return result;
        const count = commit.hints.length;
        const entries = await memory.log.read(result.position - count, count);
        const publishing = publish(entries).finally(() => running.delete(publishing));
        running.add(publishing);
        log.committed(entries);
        return result;
      },
    },
    idle: async () => void (await Promise.all(running)),
    async close() {
      closed = true;
      await log.close();
    },
  };
}

export const makeTestStore =
  (brokers: readonly string[], partitions: number): MakeStore =>
  async ({ clock }) => {
    const name = freshName();
    const store = openTestStore({ name, brokers, partitions, nowMs: clock.nowMs });
    await store.log.migrate();
    return {
      ...store,
      async close() {
        await store.close();
        await forgetTopic(name, brokers);
      },
    };
  };

export async function forgetTopic(name: string, brokers: readonly string[]): Promise<void> {
  const admin = new Admin({ clientId: 'tests', bootstrapBrokers: [...brokers] });
  await admin.deleteTopics({ topics: [`${name}-hints`] }).catch(() => {});
  await closeClient(admin);
}
