/** The thread of ChecksumThread. */
import { parentPort } from 'node:worker_threads';
import { checksumsOf } from './checksums.ts';

parentPort!.on(
  'message',
  ({ id, slab, sizeBytes }: { id: number; slab: SharedArrayBuffer; sizeBytes: number }) =>
    parentPort!.postMessage({ id, sums: checksumsOf([new Uint8Array(slab, 0, sizeBytes)]) }),
);
