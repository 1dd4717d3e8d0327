import { manualClock } from '../clock/clock.ts';
import { blobsContract } from './contract.ts';
import { memoryBlobs } from './memory-blobs.ts';

blobsContract('memory blobs', {
  create: async () => ({ blobs: memoryBlobs({ clock: manualClock() }), dispose: async () => {} }),
});
