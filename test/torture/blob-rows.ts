/** Numbered blobs: written by `ack-writer.ts`, and looked for after a power cut. */
import { join } from 'node:path';
import { openDiskBlobs } from '../../src/adapters/disk/disk-blobs.ts';
import { signingKey } from '../../src/lib/signed-requests.ts';
import type { Blobs } from '../../src/ports/blobs/blobs.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';

export const openBlobs = (folder: string): Promise<Blobs> =>
  openDiskBlobs({ folder: join(folder, 'blobs'), clock: systemClock, key: signingKey('torture', 'blobs') });

export const blobNameOf = (n: number): string => `numbers/${n % 7}/${n}`;
export const blobText = (n: number): string => `${n}:${'x'.repeat((n * 37) % 9000)}`;

/** Whether all that was promised is there, and whatever else is listed is whole. */
export async function holdsBlobs(folder: string, promised: number): Promise<boolean> {
  try {
    const blobs = await openBlobs(folder);
    for (const { name } of await blobs.list('', { limit: 1000 })) await textOf(blobs, name);
    for (let n = 1; n <= promised; n++) {
      if ((await textOf(blobs, blobNameOf(n))) !== blobText(n)) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function textOf(blobs: Blobs, name: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await blobs.get(name)).body) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks).toString();
}
