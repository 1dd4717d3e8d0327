import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import { overviewRoutes } from './http.ts';
import { createMeasureSteps, createOverview } from './index.ts';
import { restMs } from './measure-storage.ts';

test('OVER-1, OVER-2: administrators see how it is, and what the last walk through the stores found', async () => {
  const clock = manualClock();
  const { records } = createMemoryStore({ nowMs: clock.nowMs });
  const blobs = memoryBlobs({ clock });
  const packs = { list: async () => [{ pack: 'aa/1', sizeBytes: 70, changedAtMs: 0 }] };
  const put = (name: string, bytes: number) => blobs.put(name, Buffer.alloc(bytes), { type: 'image/png' });
  for (let i = 0; i < 501; i++) await put(`media/aa/${i}`, 10);
  await put('originals/aa/1', 1000);
  const missing: Record<string, string> = {};
  const overview = createOverview({
    records,
    media: { waitingJobs: async () => 3, listFailed: async () => [] },
    observed: {
      version: '1',
      profile: 'embedded',
      roles: ['api'],
      missing: async () => missing,
      engines: () => [{ name: 'redis', isUp: true, seconds: 0.001 }],
      queues: () => [{ name: 'push', waiting: 0, failures: 0 }],
      databaseBytes: () => 4096,
      disk: async () => undefined,
    },
  });
  const app = await testServer();
  overviewRoutes(app, { overview });
  const read = async () => {
    const answer = await app.inject({ url: '/v1/admin/overview', headers: as('00000000001', 'admin') });
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json();
  };
  assert.deepEqual((await read()).storage, { databaseBytes: 4096, disk: null, parts: [], measuredAt: null });
  const [step] = createMeasureSteps({ records, clock, blobs, packs });
  while ((await step!.run()) > 0);
  missing['startup'] = 'is not finished';
  const seen = await read();
  assert.deepEqual(seen.storage.parts, [
    { name: 'originals', bytes: 1000, count: 1 },
    { name: 'media', bytes: 5010, count: 501 },
    { name: 'previews', bytes: 0, count: 0 },
    { name: 'files', bytes: 70, count: 1 },
  ]);
  assert.deepEqual([seen.isReady, seen.missing[0].name, seen.media.waiting], [false, 'startup', 3]);
  await put('originals/aa/2', 1);
  assert.equal(await step!.run(), 0);
  clock.advance(restMs);
  while ((await step!.run()) > 0);
  assert.equal((await read()).storage.parts[0].count, 2);
  const other = await app.inject({ url: '/v1/admin/overview', headers: as('00000000001') });
  assert.equal(other.statusCode, 403);
});
