/**
 * A blob as one file: its bytes, then a footer of fixed size that says what they are. So the file is still what its
 * bytes are (a picture opens as it is), bytes and type appear in one rename, and a file that is not whole shows it.
 */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobsError } from '../../ports/blobs/blobs.ts';

export const footerBytes = 256;
const magic = 'kith-blob 1';

export interface BlobFooter {
  type: string;
  sizeBytes: number;
  /** Differs for each file that was ever written. */
  tag: string;
}

const fileMode = 0o600;

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
    let sizeBytes = 0;
    for await (const chunk of bytes) {
      await writeAll(handle, chunk);
      sizeBytes += chunk.byteLength;
    }
    const footer = { type, sizeBytes, tag };
    await writeAll(handle, encodeFooter(footer));
    await handle.sync();
    await handle.close();
    return { file, footer };
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await handle.write(bytes, at, bytes.byteLength - at)).bytesWritten;
  }
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
