/**
 * The blobs contract on a real S3 store: `KITH_S3=http://KEY:SECRET@127.0.0.1:17070/bucket`. Each test has a bucket of
 * its own. The keys may stand in KITH_S3_ACCESS_KEY and KITH_S3_SECRET_KEY instead, as `npm run test:cluster` sets them.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Blobs, PresignedRequest } from '../../ports/blobs/blobs.ts';
import { blobsContract, bytesOf, readWhole, variedBytes } from '../../ports/blobs/contract.ts';
import { systemClock } from '../../ports/clock/clock.ts';
import { openS3Blobs, pieceBytes } from './s3-blobs.ts';
import { clientConfig, parseS3Address } from './s3-settings.ts';

const { KITH_S3, KITH_S3_ACCESS_KEY, KITH_S3_SECRET_KEY } = process.env;
if (!KITH_S3) {
  throw new Error('Set KITH_S3 to a store for tests, such as http://KEY:SECRET@127.0.0.1:17070/bucket.');
}
const settings = parseS3Address(KITH_S3, {
  bucket: 'kith-tests',
  accessKey: KITH_S3_ACCESS_KEY,
  secretKey: KITH_S3_SECRET_KEY,
});

async function create() {
  const bucket = `${settings.bucket}-${randomBytes(6).toString('hex')}`;
  const blobs = await openS3Blobs({ ...settings, bucket, clock: systemClock });
  return {
    blobs,
    async dispose() {
      for (;;) {
        const left = await blobs.list('', { limit: 1000 });
        for (const { name } of left) await blobs.delete(name);
        if (left.length === 0) break;
      }
      for (const each of await blobs.uploadsBefore(Date.now() + 86_400_000, { limit: 100 }))
        await blobs.abort(each);
      await blobs.close();
      const client = new S3Client(clientConfig(settings));
      await client.send(new DeleteBucketCommand({ Bucket: bucket }));
      client.destroy();
    },
  };
}

blobsContract('S3 blobs', { create });

const each = (title: string, body: (blobs: Blobs) => Promise<void>) =>
  test(`S3 blobs: ${title}`, async () => {
    const { blobs, dispose } = await create();
    try {
      await body(blobs);
    } finally {
      await dispose();
    }
  });
const send = async ({ method, url, headers }: PresignedRequest, body?: Uint8Array) => {
  const { 'content-length': _, ...sent } = headers;
  const response = await fetch(url, { method, headers: sent, ...(body && { body: Buffer.from(body) }) });
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
};

each('a signed PUT stores what it names and nothing else', async (blobs) => {
  const bytes = variedBytes(1000);
  const request = await blobs.presignPut('up/one', {
    type: 'image/png',
    sizeBytes: 1000,
    expiresInMs: 60_000,
  });
  assert.equal((await send(request, variedBytes(1001))).status, 403, 'another size');
  const gif = { ...request, headers: { ...request.headers, 'content-type': 'image/gif' } };
  assert.equal((await send(gif, bytes)).status, 403, 'another type');
  const elsewhere = { ...request, url: request.url.replace('up/one', 'up/two') };
  assert.equal((await send(elsewhere, bytes)).status, 403, 'another name');
  assert.equal((await send({ ...request, method: 'GET', headers: {} })).status, 403, 'another method');
  assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  for (let i = 0; i < 2; i++) assert.equal((await send(request, bytes)).status, 200);
  const info = await blobs.stat('up/one');
  assert.deepEqual([info?.type, info?.sizeBytes], ['image/png', 1000]);
  const read = await send(await blobs.presignGet('up/one', { expiresInMs: 60_000 }));
  assert.ok(bytes.equals(read.bytes));
});

each('pieces at and around the border come together', async (blobs) => {
  for (const size of [pieceBytes - 1, pieceBytes, pieceBytes + 1, 2 * pieceBytes]) {
    const bytes = variedBytes(size);
    await blobs.put('border', bytes, { type: 'text/plain', sizeBytes: size });
    assert.ok(bytes.equals(await readWhole((await blobs.get('border')).body)), `${size}`);
  }
  const taken = blobs.put('border', variedBytes(pieceBytes + 1), { type: 'text/plain', ifAbsent: true });
  await assert.rejects(taken, { kind: 'exists' });
  assert.deepEqual(await blobs.uploadsBefore(Date.now() + 86_400_000, { limit: 10 }), []);
});

test('S3 blobs: a store that is not there is unavailable', async () => {
  const nowhere = { ...settings, endpoint: 'http://127.0.0.1:1', clock: systemClock };
  await assert.rejects(openS3Blobs(nowhere), { kind: 'unavailable' });
  const { blobs, dispose } = await create();
  await blobs.put('x', bytesOf('x'), { type: 'text/plain' });
  await dispose();
});
