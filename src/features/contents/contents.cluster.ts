/** The contract on Cassandra and S3: `KITH_CASSANDRA` and `KITH_S3`, which `npm run test:cluster` sets. */
import { randomBytes } from 'node:crypto';
import { openTestStore, testKeyspace } from '../../../test/cluster/cassandra-keyspace.ts';
import { openS3Blobs } from '../../adapters/s3/s3-blobs.ts';
import { parseS3Address } from '../../adapters/s3/s3-settings.ts';
import { manualClock, systemClock } from '../../ports/clock/clock.ts';
import { blobPacks } from '../../ports/packs/blob-packs.ts';
import { packsContract } from '../../ports/packs/contract.ts';
import type { Table } from '../../ports/records/records.ts';
import * as tables from './tables.ts';
import { contentsContract } from './test-contract.ts';

const { KITH_S3, KITH_S3_ACCESS_KEY, KITH_S3_SECRET_KEY } = process.env;
if (!KITH_S3)
  throw new Error('Set KITH_S3 to a store for tests, such as http://KEY:SECRET@127.0.0.1:17070/bucket.');
const settings = parseS3Address(KITH_S3, {
  bucket: 'kith-tests',
  accessKey: KITH_S3_ACCESS_KEY,
  secretKey: KITH_S3_SECRET_KEY,
});

const isTable = (value: unknown): value is Table<object> => typeof value === 'object' && value !== null;
const space = await testKeyspace(Object.values(tables).filter(isTable));

async function openPacks() {
  const bucket = `${settings.bucket}-${randomBytes(6).toString('hex')}`;
  const blobs = await openS3Blobs({ ...settings, bucket, clock: systemClock });
  const packs = blobPacks(blobs);
  return {
    packs,
    async dispose() {
      await packs.close();
      for (;;) {
        const left = await blobs.list('', { limit: 1000 });
        await Promise.all(left.map(({ name }) => blobs.delete(name)));
        if (left.length === 0) break;
      }
      await blobs.close();
    },
  };
}

packsContract('packs in S3', { create: openPacks });

contentsContract('on Cassandra and S3', {
  async create() {
    await space.clear();
    const { packs, dispose } = await openPacks();
    const clock = manualClock();
    const store = await openTestStore(space, { clock: { ...manualClock(), nowMs: clock.nowMs } });
    return {
      records: store.records,
      packs,
      async dispose() {
        await store.close();
        await dispose();
      },
    };
  },
});
