import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import { type MediaFailure, MediaToolsError } from '../../ports/media-tools/media-tools.ts';
import { isAddressOf } from './avatar.ts';
import { attemptsMax } from './job-queue.ts';
import { deletedGraceMs, unusedGraceMs } from './media.ts';
import { fakeTools, type MediaWorld, mediaWorld, mp4, withWorker } from './test-media.ts';

const shownFiles = async ({ blobs }: MediaWorld) =>
  (await blobs.list('media/', { limit: 1000 })).map(({ name }) => name.split('/').at(-1)!).sort();
const hourMs = 3_600_000;

/** Takes every job there is, also those that wait, until none is left. */
async function workAll(world: MediaWorld, worker: { workOnce(): Promise<boolean> }): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    idle = (await worker.workOnce()) ? 0 : idle + 1;
    world.clock.advance(hourMs);
  }
}

test('MEDIA-12: a picture is processed and ready', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id, name } = await world.arrived(ann);
  await withWorker(world, async ({ worker }) => {
    assert.equal(await worker.workOnce(), true);
    assert.equal(await worker.workOnce(), false);
  });
  const medium = await world.media.get(ann, id);
  assert.equal(medium.state, 'ready');
  assert.deepEqual([medium.shown?.width, medium.shown?.thumbhash], [40, 'hash']);
  assert.deepEqual(await shownFiles(world), ['w20.webp', 'w40.webp']);
  const { run } = medium.shown!;
  const stored = await world.blobs.stat(`media/${name.slice(0, 2)}/${name}/${run}/w20.webp`);
  assert.equal(stored?.type, 'image/webp');
  assert.equal(await world.media.progressOf(medium), 1);
});

test('MEDIA-13: a video can be shown from its first rung on, and is ready with all', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann, mp4, 'video/mp4');
  await withWorker(world, async ({ worker, tools }) => {
    tools.betweenRungs = async () => {
      const medium = await world.media.get(ann, id);
      assert.equal(medium.state, 'processing');
      assert.deepEqual([medium.shown?.playlist, medium.shown?.poster], ['first.m3u8', 'poster.webp']);
      assert.deepEqual(await shownFiles(world), ['20-1.mp4', '20.m3u8', 'first.m3u8', 'poster.webp']);
    };
    await worker.workOnce();
  });
  const medium = await world.media.get(ann, id);
  assert.deepEqual(
    [medium.state, medium.shown?.playlist, medium.shown?.durationMs],
    ['ready', 'all.m3u8', 5000],
  );
  assert.equal((await shownFiles(world)).length, 7);
});

test('MEDIA-14: an original’s own fault is told at once, and not tried again', async () => {
  for (const kind of ['unsupported', 'damaged', 'too-big', 'too-long'] satisfies MediaFailure[]) {
    const world = mediaWorld();
    const ann = world.person();
    const { id } = await world.arrived(ann);
    await withWorker(world, async ({ worker, tools }) => {
      tools.failure = new MediaToolsError(kind);
      await workAll(world, worker);
      assert.equal(tools.begun, 1);
    });
    const { state, failure } = await world.media.get(ann, id);
    assert.deepEqual([state, failure], ['failed', kind]);
    assert.deepEqual(await world.media.listFailed(), []);
  }
});

test('MEDIA-13: a video that fails after its first rung stays as it was shown', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann, mp4, 'video/mp4');
  await withWorker(world, async ({ worker, tools }) => {
    tools.betweenRungs = async () => {
      throw new MediaToolsError('damaged');
    };
    await workAll(world, worker);
  });
  const { state, shown } = await world.media.get(ann, id);
  assert.deepEqual([state, shown?.playlist], ['ready', 'first.m3u8']);
  assert.equal((await shownFiles(world)).length, 4);
});

test('MEDIA-14: a limit of memory or time is tried once more', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann);
  await withWorker(world, async ({ worker, tools }) => {
    tools.failure = new MediaToolsError('timed-out');
    await workAll(world, worker);
    assert.equal(tools.begun, 2);
  });
  assert.equal((await world.media.get(ann, id)).failure, 'timed-out');
});

test('MEDIA-15: other failures are tried again, laid aside at last, and tried anew when the operator says so', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann);
  await withWorker(world, async ({ worker, tools, reported }) => {
    tools.failure = new BlobsError('full', 'no space');
    await workAll(world, worker);
    assert.equal(tools.begun, attemptsMax);
    assert.equal(reported.length, attemptsMax);
    const { state, failure } = await world.media.get(ann, id);
    assert.deepEqual([state, failure], ['failed', 'not-prepared']);
    const [failed] = await world.media.listFailed();
    assert.deepEqual([failed?.mediaId, failed?.tries, failed?.error], [id, attemptsMax, 'no space']);
    tools.failure = undefined;
    assert.equal(await world.media.retryFailed('00000000000'), 0);
    assert.equal(await world.media.retryFailed(), 1);
    assert.equal((await world.media.get(ann, id)).state, 'processing');
    await workAll(world, worker);
  });
  assert.equal((await world.media.get(ann, id)).state, 'ready');
  assert.deepEqual(await world.media.listFailed(), []);
});

test('MEDIA-15: work that ends its process each time is laid aside as well', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann);
  const { tools } = fakeTools();
  // A worker that never comes back from its work, as one that was killed.
  const killed = { ...tools, probe: () => new Promise<never>(() => {}) };
  const report = () => {};
  for (let i = 0; i < attemptsMax; i++) {
    void world.media.worker({ tools: killed, workFolder: '/tmp', log: world.log, report }).workOnce();
    while ((await world.media.find(id))!.state !== 'processing') await new Promise(setImmediate);
    await new Promise(setImmediate);
    world.clock.advance(hourMs);
  }
  await withWorker(world, async ({ worker, tools: state }) => {
    await workAll(world, worker);
    assert.equal(state.begun, 0);
  });
  assert.equal((await world.media.get(ann, id)).failure, 'not-prepared');
  assert.equal((await world.media.listFailed()).length, 1);
});

test('MEDIA-16: stopping breaks work off, and it is begun again at once, under other addresses', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann, mp4, 'video/mp4');
  await withWorker(world, async ({ worker, tools, reported }) => {
    const reached = Promise.withResolvers<void>();
    tools.betweenRungs = async (signal) => {
      reached.resolve();
      await once(signal, 'abort');
    };
    await worker.start();
    await reached.promise;
    await worker.stop();
    const broken = await world.media.get(ann, id);
    assert.equal(broken.state, 'processing');
    tools.betweenRungs = async () => {};
    await worker.start();
    while ((await world.media.get(ann, id)).state !== 'ready') await new Promise(setImmediate);
    await worker.stop();
    assert.deepEqual(reported, []);
    const ready = await world.media.get(ann, id);
    assert.notEqual(ready.shown?.run, broken.shown?.run);
    assert.equal((await shownFiles(world)).length, 7, 'the first try’s files are gone');
  });
});

test('MEDIA-17: a deleted medium is not processed, and all of it goes', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann, mp4, 'video/mp4');
  const steps = world.media.purgeSteps({ isUsed: async () => false, report: assert.ifError });
  const purge = async () => {
    for (const step of steps) await step.run();
  };
  await withWorker(world, async ({ worker, tools }) => {
    tools.betweenRungs = async () => world.media.delete(ann, id);
    await worker.workOnce();
  });
  assert.deepEqual(await shownFiles(world), []);
  await purge();
  assert.equal((await world.blobs.list('', { limit: 10 })).length, 1, 'a signed upload may still come');
  world.clock.advance(deletedGraceMs + 1);
  await purge();
  assert.deepEqual(await world.blobs.list('', { limit: 10 }), []);
  assert.equal(await world.media.find(id), undefined);
});

test('MEDIA-18: what belongs to nothing goes after its grace, and what is used stays', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const unused = await world.arrived(ann);
  const used = await world.arrived(ann);
  const use = { kind: 'post' as const, id: world.ids.next() };
  await world.media.attach([used.id], use);
  const never = await world.media.createUpload(ann, {
    filename: 'a',
    contentType: 'image/png',
    sizeBytes: 5,
    issue: (path) => path,
  });
  const steps = world.media.purgeSteps({ isUsed: async () => true, report: assert.ifError });
  const purge = async () => {
    for (const step of steps) await step.run();
  };
  world.clock.advance(unusedGraceMs - 1);
  await purge();
  assert.notEqual((await world.media.find(unused.id))?.state, 'deleted');
  world.clock.advance(2);
  await purge();
  world.clock.advance(deletedGraceMs + 1);
  await purge();
  for (const id of [unused.id, never.medium.id]) assert.equal(await world.media.find(id), undefined);
  assert.deepEqual(
    (await world.blobs.list('', { limit: 10 })).map(({ name }) => name),
    [used.original],
  );
  await assert.rejects(world.media.delete(ann, used.id), { code: 'conflict' });
  await world.media.release([used.id], use);
  world.clock.advance(unusedGraceMs + 1);
  await purge();
  assert.equal((await world.media.find(used.id))?.state, 'deleted');
});

test('MEDIA-22: a ready picture of one’s own becomes the profile image, and the one before goes after a while', async () => {
  const world = mediaWorld();
  const [ann, bob] = [world.person(), world.person()];
  const { media, clock } = world;
  const [first, second] = [await world.arrived(ann), await world.arrived(ann)];
  const video = await world.arrived(ann, mp4, 'video/mp4');
  await assert.rejects(media.setAvatar(ann, first.id, null), { code: 'invalid' }, 'not ready');
  await withWorker(world, async ({ worker }) => {
    while (await worker.workOnce());
  });
  for (const [who, id] of [
    [bob, first.id],
    [ann, video.id],
    [ann, 'nonsense'],
  ] as const)
    await assert.rejects(media.setAvatar(who, id, null), { code: 'invalid' });
  let url = await media.setAvatar(ann, first.id, null);
  assert.match(url!, new RegExp(`^/media/${first.name}/[^/]+/w40\\.webp$`));
  await assert.rejects(media.delete(ann, first.id), { code: 'conflict' });
  const isUsed = async (_: unknown, id: string) => isAddressOf(url, (await media.find(id))!);
  const steps = media.purgeSteps({ isUsed, report: assert.ifError });
  const purge = async () => {
    clock.advance(unusedGraceMs + 1);
    for (const step of steps) await step.run();
  };
  await purge();
  assert.equal((await media.find(first.id))?.state, 'ready');
  assert.equal((await media.find(second.id))?.state, 'deleted', 'it belonged to nothing');
  url = await media.setAvatar(ann, null, url);
  assert.equal(url, null);
  await purge();
  assert.equal((await media.find(first.id))?.state, 'deleted');
});
