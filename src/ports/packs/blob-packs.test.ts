import { memoryBlobs } from '../blobs/memory-blobs.ts';
import { manualClock } from '../clock/clock.ts';
import { blobPacks } from './blob-packs.ts';
import { packsContract } from './contract.ts';

packsContract('packs in blobs', {
  async create() {
    const packs = blobPacks(memoryBlobs({ clock: manualClock() }));
    return { packs, dispose: () => packs.close() };
  },
});
