/** Where bytes are kept: an S3 store where the settings name one, else a folder beside the rest. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDiskBlobs } from '../adapters/disk/disk-blobs.ts';
import { openDiskPacks } from '../adapters/disk/disk-packs.ts';
import type { Settings } from '../config/config.ts';
import { signingKey } from '../lib/signed-requests.ts';
import type { Blobs } from '../ports/blobs/blobs.ts';
import type { Clock } from '../ports/clock/clock.ts';
import { blobPacks } from '../ports/packs/blob-packs.ts';
import type { Packs } from '../ports/packs/packs.ts';

export interface Storage {
  blobs: Blobs;
  packs: Packs;
  /** Signs and checks requests that this server takes itself; undefined where a store outside does. */
  blobsKey: Uint8Array | undefined;
}

export async function openStorage(
  settings: Settings,
  { clock, secret }: { clock: Clock; secret: string },
): Promise<Storage> {
  if (settings.s3 !== undefined) {
    // Loaded where it is asked for: the client is large.
    const [{ openS3Blobs }, { parseS3Address }] = await Promise.all([
      import('../adapters/s3/s3-blobs.ts'),
      import('../adapters/s3/s3-settings.ts'),
    ]);
    const address = parseS3Address(settings.s3, {
      bucket: settings.namespace.replaceAll('_', '-'),
      accessKey: settings.s3AccessKey,
      secretKey: settings.s3SecretKey,
    });
    const blobs = await openS3Blobs({ ...address, clock, publicEndpoint: settings.s3PublicUrl });
    return { blobs, packs: blobPacks(blobs), blobsKey: undefined };
  }
  const key = signingKey(secret, 'blobs');
  await mkdir(settings.data, { recursive: true, mode: 0o700 });
  const folder = join(settings.data, 'blobs');
  const blobs = await openDiskBlobs({ folder, clock, key });
  return { blobs, packs: await openDiskPacks({ folder: join(folder, 'packs'), clock }), blobsKey: key };
}
