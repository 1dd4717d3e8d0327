import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDiskPacks } from '../adapters/disk/disk-packs.ts';
import { variedBytes } from '../ports/blobs/contract.ts';
import { memoryBlobs } from '../ports/blobs/memory-blobs.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { blobPacks } from '../ports/packs/blob-packs.ts';
import { blobsWithPacks } from './blobs-with-packs.ts';
import { checkBlobs, copyBlobs } from './copy-blobs.ts';
import { newMark } from './mark.ts';

test('a move takes packs from a folder into a store of blobs, where their places stay what they were', async () => {
  const clock = manualClock();
  const folder = mkdtempSync(join(tmpdir(), 'kith-move-packs-'));
  const [blobs, target] = [memoryBlobs({ clock }), memoryBlobs({ clock })];
  const stored = [];
  for (let i = 0; i < 5; i++) {
    await blobs.put(`media/${i}`, variedBytes(10, i + 1), { type: 'image/png' });
    const packs = await openDiskPacks({ folder: join(folder, 'packs'), clock });
    const bytes = variedBytes(1_500_000 + i, i + 1);
    stored.push({ place: await packs.append([bytes]), bytes });
    await packs.close();
  }
  const packs = await openDiskPacks({ folder: join(folder, 'packs'), clock });
  const from = blobsWithPacks(blobs, packs);
  const keeper = {
    mark: newMark({ installation: 'x', logHead: 0 }),
    async advance(change: object) {
      Object.assign(keeper.mark, change);
    },
  };
  await copyBlobs({ from, to: target, keeper, progress: () => {} });
  assert.deepEqual(await checkBlobs(from, target), { files: 10, lacking: [] });
  const moved = blobPacks(target);
  for (const { place, bytes } of stored) assert.ok(bytes.equals(await moved.read(place, bytes.length)));
  const listed: string[] = [];
  for (let after: string | undefined; ; after = listed.at(-1)) {
    const page = await from.list('', { after, limit: 2 });
    listed.push(...page.map(({ name }) => name));
    if (page.length < 2) break;
  }
  assert.deepEqual(
    listed,
    (await target.list('', { limit: 100 })).map(({ name }) => name),
  );
  await target.delete(listed.at(-1)!);
  assert.deepEqual((await checkBlobs(from, target)).lacking, [listed.at(-1)]);
  await packs.close();
  rmSync(folder, { recursive: true });
});
