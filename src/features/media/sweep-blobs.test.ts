import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobOf, originalOf } from './media.ts';
import { strayGraceMs } from './sweep-blobs.ts';
import { type MediaWorld, mediaWorld, mp4, withWorker } from './test-media.ts';

const dayMs = 24 * 3_600_000;

async function sweep({ media, blobs }: MediaWorld): Promise<string[]> {
  const steps = media.purgeSteps({ isUsed: async () => true, report: assert.ifError });
  for (const step of steps) while ((await step.run()) > 0);
  return (await blobs.list('', { limit: 1000 })).map(({ name }) => name);
}

test('MEDIA-24: what no row leads to goes when it is old, and nothing else does', async () => {
  const world = mediaWorld();
  const { blobs, clock, ids, media } = world;
  const ann = world.person();
  const type = 'image/webp';
  const picture = await world.arrived(ann);
  const video = await world.arrived(ann, mp4, 'video/mp4');
  await withWorker(world, async ({ worker }) => {
    while (await worker.workOnce());
  });
  const waiting = await world.arrived(ann);
  for (const { id } of [picture, video, waiting]) await media.attach([id], { kind: 'post', id: ids.next() });
  const needed = (await blobs.list('', { limit: 1000 })).map(({ name }) => name);
  const mine = [blobOf(waiting.name, '00000000001-2', 'begun.webp'), 'elsewhere/a'];
  const random = 'a'.repeat(26);
  const stray = [
    originalOf(ids.next(), random),
    originalOf(picture.id, random),
    blobOf(random, '00000000001-2', 'a.webp'),
    blobOf(picture.name, '00000000001-2', 'a.webp'),
    blobOf(video.name, '00000000001-3', 'a.m3u8'),
  ];
  for (const name of [...mine, ...stray]) await blobs.put(name, Buffer.from('x'), { type });
  assert.equal((await sweep(world)).length, needed.length + mine.length + stray.length, 'too young');
  clock.advance(strayGraceMs + 1);
  const young = blobOf(random, '00000000009-2', 'a.webp');
  await blobs.put(young, Buffer.from('x'), { type });
  clock.advance(dayMs - strayGraceMs);
  assert.deepEqual(await sweep(world), [...needed, ...mine, young].sort());
});

test('MEDIA-24: uploads in parts of ours that nobody goes on with are ended', async () => {
  const world = mediaWorld();
  const { blobs, clock } = world;
  const type = 'video/mp4';
  const left = await blobs.begin('originals/aa/b', { type });
  const others = await blobs.begin('chunks/aa/b', { type });
  clock.advance(strayGraceMs + 1);
  const young = await blobs.begin('originals/aa/c', { type });
  await sweep(world);
  const names = (await blobs.uploadsBefore(clock.nowMs() + 1, { limit: 10 })).map(({ name }) => name);
  assert.deepEqual(names.sort(), [others.name, young.name].sort());
  await assert.rejects(blobs.putPart(left, 1, Buffer.from('x'), { sizeBytes: 1 }), { kind: 'absent' });
});
