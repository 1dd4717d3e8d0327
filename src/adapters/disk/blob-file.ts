/**
 * A blob as one file: its bytes, then a footer of fixed size that says what they are. So the file is still what its
 * bytes are (a picture opens as it is), bytes and type appear in one rename, and a file that is not whole shows it.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import { piecesMax, writePieces } from './write-pieces.ts';

export const footerBytes = 256;
const magic = 'kith-blob 1';

export interface BlobFooter {
  type: string;
  sizeBytes: number;
  /** Differs for each file that was ever written. */
  tag: string;
}

const fileMode = 0o600;
/** Gathered before they are written: so much at a time goes several times as fast as what comes at once. */
const writeBytesMin = 256 * 1024;
/** The disk has so much to take while more comes: so little is left to wait for at the end. */
const syncBytes = 16 * 1024 * 1024;

/**
 * Writes a new file into a folder and syncs it. Nothing is left where it fails; disk errors and those of the source
 * are thrown as they are.
 */
export async function writeBlobFile(
  folder: string,
  bytes: AsyncIterable<Uint8Array>,
  type: string,
): Promise<{ file: string; footer: BlobFooter }> {
  const tag = randomBytes(16).toString('hex');
  const file = join(folder, tag);
  const handle = await open(file, 'wx', fileMode);
  try {
    const sizeBytes = await writeStream(handle, bytes);
    const footer = { type, sizeBytes, tag };
    await writePieces(handle, [encodeFooter(footer)], sizeBytes);
    await handle.sync();
    await handle.close();
    return { file, footer };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Writes while the next bytes come, and has the disk take them meanwhile. Answers how many there were. */
async function writeStream(handle: FileHandle, bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let [sizeBytes, gatheredBytes, unsyncedBytes] = [0, 0, 0];
  let gathered: Uint8Array[] = [];
  let writing: Promise<unknown> = Promise.resolve();
  let syncing = Promise.resolve();
  const write = async () => {
    await writing;
    if (unsyncedBytes >= syncBytes) {
      await syncing;
      syncing = handle.datasync();
      syncing.catch(() => undefined);
      unsyncedBytes = 0;
    }
    writing = writePieces(handle, gathered, sizeBytes - gatheredBytes);
    writing.catch(() => undefined);
    unsyncedBytes += gatheredBytes;
    [gathered, gatheredBytes] = [[], 0];
  };
  try {
    for await (const chunk of bytes) {
      gathered.push(chunk);
      gatheredBytes += chunk.byteLength;
      sizeBytes += chunk.byteLength;
      if (gatheredBytes >= writeBytesMin || gathered.length === piecesMax) await write();
    }
    if (gatheredBytes > 0) await write();
    await Promise.all([writing, syncing]);
  } finally {
    // Nobody may close the file under them.
    await Promise.allSettled([writing, syncing]);
  }
  return sizeBytes;
}

function encodeFooter({ type, sizeBytes, tag }: BlobFooter): Buffer {
  const text = `\n${magic} ${type} ${sizeBytes} ${tag}`;
  return Buffer.from(`${text.padEnd(footerBytes - 1)}\n`);
}

export async function readFooter(handle: FileHandle): Promise<BlobFooter & { storedAtMs: number }> {
  const { size, mtimeMs } = await handle.stat();
  const bytes = Buffer.alloc(footerBytes);
  if (size >= footerBytes) await handle.read(bytes, 0, footerBytes, size - footerBytes);
  const [, type, sizeText, tag] =
    /^\nkith-blob 1 (\S+) (\d+) (\w+) *\n$/.exec(bytes.toString('latin1')) ?? [];
  if (!type || !tag || Number(sizeText) !== size - footerBytes) {
    throw new BlobsError('unavailable', 'A file among the blobs is damaged, or was not put there by Kith.');
  }
  return { type, sizeBytes: size - footerBytes, tag, storedAtMs: Math.floor(mtimeMs) };
}
