import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { AppendQueue } from '../../ports/packs/append-queue.ts';
import {
  isPackName,
  type ListedPack,
  type Packs,
  type Place,
  packIdleMsMax,
  packName,
  packsListMax,
} from '../../ports/packs/packs.ts';
import { orBlobFailure } from './blob-failures.ts';
import { DurableFolders, syncFolder, unless } from './durable-folders.ts';
import { OpenFiles } from './open-files.ts';
import { piecesMax, writePieces } from './write-pieces.ts';

/** A pack that has so many bytes gets no more. */
const packBytesMax = 128 * 1024 * 1024;
/** While one batch is synced the next is written, to another pack. */
const lanes = 2;
const batchBytesMax = 4 * 1024 * 1024;
/** Packs kept open for reading. */
const openFilesMax = 256;
/** The system takes a MiB at a time several times as fast as 32 of them in one call. */
const writeBytesMax = 1024 * 1024;

interface OpenPack {
  pack: string;
  handle: FileHandle;
  sizeBytes: number;
  changedAtMs: number;
}

export interface DiskPacksOptions {
  /** Its parent is there. One process at a time opens it. */
  folder: string;
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Packs in a folder of this machine, as files that only grow. A batch is written at the end of one and synced. A pack
 * that a process has left is not appended to by another: what a crash left at its end is never found.
 */
export async function openDiskPacks({ folder, clock }: DiskPacksOptions): Promise<Packs> {
  await mkdir(folder, { mode: 0o700 }).catch(unless('EEXIST'));
  await syncFolder(dirname(folder));
  const folders = new DurableFolders(folder);
  const fileOf = (pack: string) => {
    if (!isPackName(pack)) throw new BlobsError('absent', 'There is no such pack.');
    return join(folder, ...pack.split('/'));
  };
  const reading = new OpenFiles(openFilesMax);
  const growing = new Map<number, OpenPack>();

  const create = async (): Promise<OpenPack> => {
    const pack = packName(randomBytes(16).toString('hex'));
    const file = fileOf(pack);
    await folders.make(dirname(file));
    const handle = await open(file, 'wx', 0o600);
    await syncFolder(dirname(file));
    return { pack, handle, sizeBytes: 0, changedAtMs: clock.nowMs() };
  };
  /** After a failure nobody knows what of a file is on the disk: it is left as it is. */
  const leave = async (lane: number) => {
    const left = growing.get(lane);
    growing.delete(lane);
    await left?.handle.close().catch(() => undefined);
  };
  const write = async (pieces: readonly Uint8Array[], sizeBytes: number, lane: number): Promise<Place> => {
    try {
      // Half of what is promised: the clock's reading and the file's time are not one.
      const idleSinceMs = growing.get(lane)?.changedAtMs ?? 0;
      if (Math.abs(clock.nowMs() - idleSinceMs) > packIdleMsMax / 2) await leave(lane);
      const into = growing.get(lane) ?? (await create());
      growing.set(lane, into);
      const at = into.sizeBytes;
      await writeAll(into.handle, pieces, at);
      await into.handle.datasync();
      into.sizeBytes += sizeBytes;
      into.changedAtMs = clock.nowMs();
      if (into.sizeBytes >= packBytesMax) await leave(lane);
      return { pack: into.pack, at };
    } catch (error) {
      await leave(lane);
      throw error;
    }
  };
  const queue = new AppendQueue({
    lanes,
    batchBytesMax,
    write: (...batch) => orBlobFailure(() => write(...batch)),
  });

  return {
    readBytesIdeal: 256 * 1024,
    append: (pieces, options) => queue.append(pieces, options),
    read: ({ pack, at }, sizeBytes, into) =>
      orBlobFailure(async () => {
        const bytes = into ? into.subarray(0, sizeBytes) : Buffer.allocUnsafe(sizeBytes);
        const found = await reading.read(fileOf(pack), bytes, at);
        if (found === undefined) throw new BlobsError('absent', `There is no pack ${pack}.`);
        if (found < sizeBytes) throw new BlobsError('range', `The pack ${pack} ends before that.`);
        return bytes;
      }),
    list: ({ after = '', limit }) =>
      orBlobFailure(() => listPacks(folder, after, Math.min(limit, packsListMax))),
    delete: (pack) =>
      orBlobFailure(async () => {
        const file = fileOf(pack);
        reading.forget(file);
        await unlink(file).catch(unless('ENOENT'));
        await syncFolder(dirname(file)).catch(unless('ENOENT'));
      }),
    async close() {
      await queue.close();
      for (const lane of [...growing.keys()]) await leave(lane);
      await reading.close();
    },
  };
}

async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[], from: number): Promise<void> {
  let at = from;
  for (const some of grouped(pieces)) at += await writePieces(handle, some, at);
}

function* grouped(pieces: readonly Uint8Array[]): Generator<Uint8Array[]> {
  let group: Uint8Array[] = [];
  let sizeBytes = 0;
  for (const piece of pieces) {
    if (group.length > 0 && (sizeBytes + piece.byteLength > writeBytesMax || group.length === piecesMax)) {
      yield group;
      group = [];
      sizeBytes = 0;
    }
    group.push(piece);
    sizeBytes += piece.byteLength;
  }
  if (group.length > 0) yield group;
}

async function listPacks(folder: string, after: string, limit: number): Promise<ListedPack[]> {
  const found: ListedPack[] = [];
  for (const within of (await readdir(folder)).sort()) {
    if (within < after.slice(0, within.length)) continue;
    const files = (await readdir(join(folder, within)).catch(() => [])).sort();
    for (const file of files) {
      const pack = `${within}/${file}`;
      if (pack <= after || !isPackName(pack)) continue;
      const info = await stat(join(folder, within, file)).catch(unless('ENOENT'));
      if (info) found.push({ pack, sizeBytes: info.size, changedAtMs: Math.floor(info.mtimeMs) });
      if (found.length === limit) return found;
    }
  }
  return found;
}
