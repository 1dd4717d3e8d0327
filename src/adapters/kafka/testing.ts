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
/** Positions begin above `base`: no two processes give the same. */
type TestStoreOptions = TestLogOptions & { nowMs?: () => number; base?: number };
export type TestStore = ContractStore & { name: string; log: KafkaLog; idle(): Promise<void> };

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
  base = 0,
  ...options
}: TestStoreOptions): TestStore {
  const memory = createMemoryStore({ nowMs });
  const log = openTestLog({
    outbox: { readAfter: (position, limit) => read(position - base, limit) },
    ...options,
  });
  const read = async (position: number, limit: number) =>
    (await memory.log.read(position, limit)).map((entry) => ({ ...entry, position: entry.position + base }));
  const running = new Set<Promise<void>>();
  const publish = async (entries: LogEntry[]): Promise<void> =>
    log.publish(entries).catch(() => publishLater(entries));
  const publishLater = async (entries: LogEntry[]) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (!closed) await publish(entries);
  };
  let closed = false;
  return {
    name: options.name,
    log,
    records: {
      ...memory.records,
      async commit(commit: Commit): Promise<CommitResult> {
        const result = await memory.records.commit(commit);
        if (!result.ok) return result;
        const count = commit.hints.length;
        const entries = await read(result.position - count, count);
        const publishing = publish(entries).finally(() => running.delete(publishing));
        running.add(publishing);
        log.committed(entries);
        return { ...result, position: result.position + base };
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

/** Polls until it holds; the test's own time-out is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** One commit with a hint of its own; its number goes as data. */
export const commitNumber = (store: ContractStore, n: number, key = `k${n % 50}`) =>
  store.records.commit({ decide: [], hints: [{ kind: 'thing.changed', key, data: { n } }] });

export const numbersOf = (entries: readonly LogEntry[]) => entries.map(({ data }) => data['n'] as number);
