import { HeldGroups } from '../../ports/log/held-groups.ts';
import { type EventLog, type LogEntry, logReadMax } from '../../ports/log/log.ts';
import { RunningSubscription } from '../../ports/log/subscriptions.ts';
import { GroupPositions } from './group-positions.ts';
import { LogTail } from './log-tail.ts';
import type { Reader } from './reader.ts';
import type { WriterClient } from './writer-client.ts';

export interface SqliteLog extends EventLog {
  /** Takes in what was committed; `wake` then tells the subscriptions, once for a whole group. */
  append(entries: readonly LogEntry[]): void;
  wake(): void;
  /** Ends every subscription and stores where each stands. */
  close(): Promise<void>;
}

export interface SqliteLogOptions {
  reader: Reader;
  writer: () => WriterClient;
  /** A handler threw and will be tried again. */
  onHandlerError: (group: string, error: unknown, attempt: number) => void;
}

/** The event log in the table that commits append their hints to. */
export function createSqliteLog({ reader, writer, onHandlerError }: SqliteLogOptions): SqliteLog {
  const tail = new LogTail(reader.query('SELECT coalesce(max(position), 0) FROM log')[0]![0] as number);
  const positions = new GroupPositions(reader, writer);
  const held = new HeldGroups();
  const running = new Set<RunningSubscription>();

  // The reader may already see rows that have not been acknowledged; they are past the head.
  const after = (position: number, limit: number): LogEntry[] =>
    tail.after(position, limit) ??
    reader.query(readSql, position, tail.head, limit).map(([at, atMs, kind, key, data]) => ({
      position: at as number,
      atMs: atMs as number,
      kind: kind as string,
      key: key as string,
      data: JSON.parse(data as string) as LogEntry['data'],
    }));

  const beginOrRelease = async (group: string) => {
    try {
      return await positions.begin(group);
    } catch (error) {
      held.release(group);
      throw error;
    }
  };

  return {
    head: () => tail.head,
    overlap: 0,
    append: (entries) => tail.push(entries),
    wake() {
      for (const each of running) each.wake();
    },
    read: async (position, limit) => after(position, Math.min(limit, logReadMax)),
    async subscribe(options) {
      const { group, start } = options;
      const stored = start === 'stored';
      if (stored) held.take(group);
      const from = stored ? await beginOrRelease(group) : tail.head;
      const subscription = new RunningSubscription(options, from, {
        head: () => tail.head,
        after,
        handledUpTo: (position) => {
          if (stored) positions.set(group, position);
        },
        end: () => {
          const ends = running.delete(subscription);
          if (!stored || !ends) return Promise.resolve();
          held.release(group);
          return positions.flush();
        },
        failed: (error, attempt) => onHandlerError(group, error, attempt),
      });
      running.add(subscription);
      return subscription;
    },
    async trim(olderThanMs, limit) {
      await positions.flush();
      const { count, upTo, dropped } = await writer().trim({
        olderThanMs,
        limit,
        held: held.sinceLastTime(),
      });
      positions.forget(dropped);
      tail.forget(upTo);
      return count;
    },
    async close() {
      await Promise.all([...running].map((each) => each.close()));
    },
  };
}

const readSql = `SELECT position, at_ms, kind, key, data FROM log
  WHERE position > ? AND position <= ? ORDER BY position LIMIT ?`;
