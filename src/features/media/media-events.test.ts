import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MediaToolsError } from '../../ports/media-tools/media-tools.ts';
import { mediaEvents } from './index.ts';
import { mediaWorld, withWorker } from './test-media.ts';

test('MEDIA-23: its owner is told how far a medium is, and why it failed', async () => {
  const world = mediaWorld();
  const ann = world.person();
  const { id } = await world.arrived(ann);
  const { id: bad } = await world.arrived(ann);
  await withWorker(world, async ({ worker, tools }) => {
    await worker.workOnce();
    tools.failure = new MediaToolsError('damaged');
    await worker.workOnce();
  });
  await world.media.describe(ann, id, { alt: 'a dot' });
  await world.media.delete(ann, id);
  const entries = await world.log.read(0, 1000);
  const events = entries.flatMap((entry) => mediaEvents[entry.kind]?.(entry) ?? []);
  assert.ok(events.every(({ userId, event }) => userId === ann.userId && event === 'media'));
  const told = (mediaId: string) => events.map(({ data }) => data).filter((data) => data.mediaId === mediaId);
  const [good, failed] = [told(id), told(bad)].sort((a, b) => b.length - a.length) as [
    ReturnType<typeof told>,
    ReturnType<typeof told>,
  ];
  assert.deepEqual(
    good.map(({ state, progress }) => [state, progress]),
    [
      ['awaiting-upload', undefined],
      ['processing', undefined],
      ['processing', 0.5],
      ['ready', undefined],
    ],
  );
  assert.deepEqual(
    failed.map(({ state, error }) => [state, error?.includes('damaged')]),
    [
      ['awaiting-upload', undefined],
      ['processing', undefined],
      ['failed', true],
    ],
  );
});
