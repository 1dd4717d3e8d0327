import { openTakeOver, type TakeOver } from '../adapters/cassandra/take-over.ts';
import type { Settings } from '../config/config.ts';
import { cassandraOf, requireSchema } from '../engines/cluster.ts';
import { openStorage } from '../engines/storage.ts';
import type { Blobs } from '../ports/blobs/blobs.ts';
import { systemClock } from '../ports/clock/clock.ts';
import { tables } from '../tables.ts';

/** Where an installation is moved to. */
export interface Target {
  rows: TakeOver;
  /** Undefined where the cluster keeps files in a folder as well: then there is nothing to copy. */
  blobs: Blobs | undefined;
  close(): Promise<void>;
}

/** Only what holds truth: neither Kafka nor Redis nor OpenSearch. */
export async function openTarget(settings: Settings): Promise<Target> {
  const cassandra = cassandraOf(settings);
  await requireSchema(cassandra);
  const rows = await openTakeOver({ ...cassandra, tables, clock: systemClock });
  try {
    const blobs =
      settings.s3 === undefined
        ? undefined
        : (await openStorage(settings, { clock: systemClock, secret: settings.secret! })).blobs;
    return {
      rows,
      blobs,
      async close() {
        await blobs?.close();
        await rows.close();
      },
    };
  } catch (error) {
    await rows.close();
    throw error;
  }
}
