import { firstIdAt } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import { logReadMax } from '../../ports/log/log.ts';
import type { Markers } from './markers.ts';
import { idOfPosition, type Outbox } from './outbox.ts';
import { bucketAt, bucketOf, type OutboxRecord, type OutboxState } from './outbox-record.ts';

/** A process whose clock runs ahead names a bucket that is still to come. */
const bucketsAhead = 1;

export interface OutboxReaderOptions {
  outbox: Outbox;
  markers: Markers;
  nowMs: () => number;
  ttlSeconds: number;
}

/**
 * The log as the outbox holds it: what is committed, oldest first. A commit's place is that of its ids, which were
 * minted before it was decided: one that is decided late appears behind a reader that has passed. Readers that must
 * not miss anything go back `readBackMs` from where they were, and bear repetition.
 */
export function createOutboxReader({ outbox, markers, nowMs, ttlSeconds }: OutboxReaderOptions) {
  const isCommitted = async ({ state, home, id }: OutboxRecord & { state: OutboxState }) =>
    state === 'begun' ? (await markers.read(home!, id, 'quorum'))?.is === 'committed' : state !== 'aborted';

  const bucketsFrom = (position: number) => {
    const oldest = firstIdAt(nowMs() - ttlSeconds * 1000);
    const from = idOfPosition(position) > oldest ? idOfPosition(position) : oldest;
    return outbox.buckets(bucketOf(from), bucketAt(nowMs()) + bucketsAhead);
  };

  return {
    async readAfter(position: number, limit: number): Promise<LogEntry[]> {
      const max = Math.min(limit, logReadMax);
      const entries: LogEntry[] = [];
      for (const bucket of await bucketsFrom(position)) {
        let after = idOfPosition(position);
        while (entries.length < max) {
          const count = max - entries.length;
          const records = await outbox.records(bucket, after, count);
          // Beyond these each shard may hold more that belongs in between.
          const page = records.slice(0, count);
          const committed = await Promise.all(page.map(isCommitted));
          entries.push(...page.filter((_, i) => committed[i]).flatMap((record) => record.entries));
          if (page.length < count) break;
          after = page.at(-1)!.id;
        }
        if (entries.length >= max) break;
      }
      return entries.filter((entry) => entry.position > position).slice(0, max);
    },

    /** The newest id in the outbox, of any process: ids go on above it after a restart. */
    async newestId(): Promise<string | undefined> {
      const buckets = await bucketsFrom(0);
      for (const bucket of buckets.reverse()) {
        const newest = await outbox.newest(bucket);
        if (newest !== undefined) return newest;
      }
      return undefined;
    },
  };
}

/** See `createOutboxReader`. */
export const readBackMs = 30_000;
