import { mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { createKeyedLock } from '../../lib/keyed-lock.ts';
import {
  type BlobInfo,
  type Blobs,
  BlobsError,
  checkedName,
  checkedType,
  listLimitMax,
  type OpenedBlob,
} from '../../ports/blobs/blobs.ts';
import { resolveRange } from '../../ports/blobs/byte-range.ts';
import { checkedBytes } from '../../ports/blobs/checked-bytes.ts';
import { type LocalSigner, presignLocally } from '../../ports/blobs/local-requests.ts';
import { orBlobFailure } from './blob-failures.ts';
import { readFooter, writeBlobFile } from './blob-file.ts';
import { diskUploads } from './disk-uploads.ts';
import { attemptsMax, codeOf, DurableFolders, moveFile, syncFolder, unless } from './durable-folders.ts';
import { FileBody } from './file-body.ts';
import { blobSuffix, listBlobFiles } from './list-blob-files.ts';

export interface DiskBlobsOptions extends LocalSigner {
  /** Its parent is there. One process at a time opens it: the data folder's lock sees to that. */
  folder: string;
}

/**
 * Blobs in a folder of this machine:
 *
 *     objects/originals/k3/k3f8=   each blob a file, its name's parts folders, with a suffix (see listBlobFiles)
 *     partial/                     files being written; what is left in it by a crash goes at the start
 *     uploads/                     a folder for each upload in parts
 *
 * A file is written in `partial` and synced, then renamed into place, then its folder is synced: so a name shows the
 * whole blob or none, and what was acknowledged survives a power cut.
 */
export async function openDiskBlobs(options: DiskBlobsOptions): Promise<Blobs> {
  const { folder } = options;
  const [objects, partial, uploads] = ['objects', 'partial', 'uploads'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [folder, objects, partial, uploads])
    await mkdir(each, { mode: 0o700 }).catch(unless('EEXIST'));
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  for (const left of await readdir(partial)) await rm(join(partial, left), { recursive: true, force: true });

  const folders = new DurableFolders(objects);
  const names = createKeyedLock();
  const fileOf = (name: string) => join(objects, ...checkedName(name).split('/')) + blobSuffix;

  /** Also what is found must be durable before it is told of: a crash may have come before its sync. */
  const refuseExisting = async (name: string) => {
    const file = fileOf(name);
    if (!(await stat(file).catch(unless('ENOENT', 'ENOTDIR')))) return;
    await folders.make(dirname(file));
    await syncFolder(dirname(file));
    throw new BlobsError('exists', `There is a blob ${name}.`);
  };
  const moveIntoPlace = async (from: string, to: string) => {
    for (let attempt = 1; ; attempt++) {
      await folders.make(dirname(to));
      try {
        return await moveFile(from, to);
      } catch (error) {
        // The folder was removed meanwhile, being empty.
        if (codeOf(error) !== 'ENOENT' || attempt === attemptsMax) throw error;
        folders.forget(dirname(to));
      }
    }
  };
  const place = (name: string, file: string, { ifAbsent }: { ifAbsent: boolean }) =>
    names.run(name, async () => {
      try {
        if (ifAbsent) await refuseExisting(name);
        await moveIntoPlace(file, fileOf(name));
      } catch (error) {
        await rm(file, { force: true }).catch(() => undefined);
        throw error;
      }
    });

  return {
    async put(name, source, { type, sizeBytes, sha256, ifAbsent = false }) {
      checkedName(name);
      checkedType(type);
      return orBlobFailure(async () => {
        if (ifAbsent) await names.run(name, () => refuseExisting(name));
        const written = await writeBlobFile(partial, checkedBytes(source, { sizeBytes, sha256 }), type);
        const { mtimeMs } = await stat(written.file);
        await place(name, written.file, { ifAbsent });
        return { name, type, sizeBytes: written.footer.sizeBytes, storedAtMs: Math.floor(mtimeMs) };
      });
    },
    get: async (name, { range } = {}) => orBlobFailure(() => openBlob(name, fileOf(name), range)),
    stat: async (name) => orBlobFailure(() => readInfo(name, fileOf(name))),
    async delete(name) {
      const file = fileOf(name);
      await orBlobFailure(() =>
        names.run(name, async () => {
          await unlink(file).catch(unless('ENOENT', 'ENOTDIR'));
          await syncNearest(dirname(file));
          await folders.removeEmpty(dirname(file));
        }),
      );
    },
    list: (prefix, { after = '', limit }) =>
      orBlobFailure(() => listBlobFiles(objects, { prefix, after, limit: Math.min(limit, listLimitMax) })),
    ...presignLocally(options),
    ...diskUploads({ uploads, partial, folders: new DurableFolders(uploads), place }),
    close: async () => {},
  };
}

/** Syncs the folder, or where another deletion has removed it, what it was removed from. */
async function syncNearest(folder: string): Promise<void> {
  try {
    await syncFolder(folder);
  } catch (error) {
    unless('ENOENT', 'ENOTDIR')(error);
    await syncNearest(dirname(folder));
  }
}

async function openBlob(
  name: string,
  file: string,
  range: Parameters<typeof resolveRange>[0],
): Promise<OpenedBlob> {
  const handle = await open(file, 'r').catch(absent(name));
  try {
    const { type, sizeBytes, storedAtMs } = await readFooter(handle);
    const { start, end } = resolveRange(range, sizeBytes);
    const info = { name, type, sizeBytes, storedAtMs, start, end };
    if (end >= start) return { ...info, body: new FileBody(handle, { start, end }) };
    await handle.close();
    return { ...info, body: Readable.from([]) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readInfo(name: string, file: string): Promise<BlobInfo | undefined> {
  const handle = await open(file, 'r').catch(unless('ENOENT', 'ENOTDIR'));
  if (!handle) return undefined;
  try {
    const { type, sizeBytes, storedAtMs } = await readFooter(handle);
    return { name, type, sizeBytes, storedAtMs };
  } finally {
    await handle.close();
  }
}

const absent =
  (name: string) =>
  (error: unknown): never => {
    unless('ENOENT', 'ENOTDIR')(error);
    throw new BlobsError('absent', `There is no blob ${name}.`, { cause: error });
  };
