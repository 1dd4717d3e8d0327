/** Copies of the folder of blobs, for backups. Blobs never change, so those of any moment fit together. */
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopiedBlobs {
  files: number;
  bytes: number;
}

/**
 * Copies every blob below a folder, synced; what goes meanwhile is passed over, since by then nothing needs it. On
 * file systems that can, copies share their room with the originals.
 */
export async function copyBlobs(from: string, to: string): Promise<CopiedBlobs> {
  const copied = { files: 0, bytes: 0 };
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of (await readdir(from, { withFileTypes: true }).catch(orNone)) ?? []) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      const below = await copyBlobs(source, target);
      copied.files += below.files;
      copied.bytes += below.bytes;
    } else if (entry.isFile()) {
      const bytes = await copySynced(source, target);
      if (bytes === undefined) continue;
      copied.files++;
      copied.bytes += bytes;
    }
  }
  await sync(to);
  return copied;
}

async function copySynced(source: string, target: string): Promise<number | undefined> {
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  } catch (error) {
    return orNone(error);
  }
  return sync(target);
}

async function sync(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

function orNone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
