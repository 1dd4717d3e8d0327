import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  type Blobs,
  BlobsError,
  checkedName,
  checkedType,
  type Part,
  type Upload,
} from '../../ports/blobs/blobs.ts';
import { checkedPartNumber, checkParts } from '../../ports/blobs/check-parts.ts';
import { checkedBytes } from '../../ports/blobs/checked-bytes.ts';
import { orBlobFailure } from './blob-failures.ts';
import { readFooter, writeBlobFile } from './blob-file.ts';
import { codeOf, type DurableFolders, moveFile, syncFolder } from './durable-folders.ts';

/** What an upload's own folder holds beside its parts, which are named by their numbers. */
const aboutFile = 'about';
const idPattern = /^[0-9a-f]{32}$/;

interface About {
  name: string;
  type: string;
}

/** What of the disk uploads work with. */
export interface UploadPlace {
  /** A folder for each upload. */
  uploads: string;
  /** Where files are written before they are put in place. */
  partial: string;
  folders: DurableFolders;
  /** Puts a written and synced file in place as the blob of that name. */
  place: (name: string, file: string, options: { ifAbsent: boolean }) => Promise<void>;
}

type Uploads = Pick<Blobs, 'begin' | 'putPart' | 'parts' | 'complete' | 'abort' | 'uploadsBefore'>;

/** Uploads in parts: a folder for each, in which a part is a file put in place like any blob. */
export function diskUploads(at: UploadPlace): Uploads {
  const folderOf = ({ uploadId }: Upload): string => {
    if (!idPattern.test(uploadId)) throw noUpload();
    return join(at.uploads, uploadId);
  };
  const aboutOf = async (upload: Upload): Promise<About> => {
    const text = await readFile(join(folderOf(upload), aboutFile), 'utf8').catch(goneAsNoUpload);
    const about = JSON.parse(text.slice(0, text.lastIndexOf('\nkith-blob'))) as About;
    if (about.name !== upload.name) throw noUpload();
    return about;
  };
  const putInto = async (folder: string, as: string, bytes: AsyncIterable<Uint8Array>, type: string) => {
    const { file, footer } = await writeBlobFile(at.partial, bytes, type);
    try {
      await moveFile(file, join(folder, as));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    }
    return footer;
  };
  const storedParts = async (upload: Upload): Promise<Part[]> => {
    await aboutOf(upload);
    const folder = folderOf(upload);
    const names = (await readdir(folder).catch(goneAsNoUpload)).filter((name) => /^\d+$/.test(name));
    const numbers = names.map(Number).sort((a, b) => a - b);
    return Promise.all(numbers.map((number) => readPart(folder, number)));
  };

  return {
    async begin(name, { type }) {
      const about: About = { name: checkedName(name), type: checkedType(type) };
      const upload = { name, uploadId: randomBytes(16).toString('hex') };
      return orBlobFailure(async () => {
        await at.folders.make(folderOf(upload));
        await putInto(folderOf(upload), aboutFile, inOne(about), 'application/json');
        return upload;
      });
    },
    async putPart(upload, number, source, { sizeBytes }) {
      checkedPartNumber(number);
      return orBlobFailure(async () => {
        await aboutOf(upload);
        const bytes = checkedBytes(source, { sizeBytes });
        const part = putInto(folderOf(upload), String(number), bytes, 'application/octet-stream');
        const { tag } = await part.catch(goneAsNoUpload);
        return { number, sizeBytes, tag };
      });
    },
    parts: (upload, { after = 0, limit }) =>
      orBlobFailure(async () =>
        (await storedParts(upload)).filter(({ number }) => number > after).slice(0, limit),
      ),
    complete: (upload, named, { ifAbsent = false } = {}) =>
      orBlobFailure(async () => {
        const { name, type } = await aboutOf(upload);
        checkParts(named, new Map((await storedParts(upload)).map((part) => [part.number, part])));
        const { file, footer } = await writeBlobFile(at.partial, joined(folderOf(upload), named), type);
        const { mtimeMs } = await stat(file);
        await at.place(name, file, { ifAbsent });
        await remove(at, folderOf(upload));
        return { name, type, sizeBytes: footer.sizeBytes, storedAtMs: Math.floor(mtimeMs) };
      }),
    abort: (upload) =>
      orBlobFailure(async () => {
        if (idPattern.test(upload.uploadId)) await remove(at, folderOf(upload));
      }),
    uploadsBefore: (startedBeforeMs, { limit }) =>
      orBlobFailure(async () => {
        const found: Upload[] = [];
        for (const uploadId of (await readdir(at.uploads)).filter((name) => idPattern.test(name)).sort()) {
          if (found.length >= limit) break;
          const upload = await leftUpload(at, uploadId, startedBeforeMs);
          if (upload) found.push(upload);
        }
        return found;
      }),
  };
}

/** A folder without its description is what a crash while beginning or removing has left, and goes here. */
async function leftUpload(
  at: UploadPlace,
  uploadId: string,
  startedBeforeMs: number,
): Promise<Upload | undefined> {
  const folder = join(at.uploads, uploadId);
  const about = join(folder, aboutFile);
  const info = await stat(about).catch(() => undefined);
  if (!info) {
    const { mtimeMs } = await stat(folder);
    if (mtimeMs < startedBeforeMs) await remove(at, folder);
    return undefined;
  }
  if (info.mtimeMs >= startedBeforeMs) return undefined;
  const text = await readFile(about, 'utf8');
  return { name: (JSON.parse(text.slice(0, text.lastIndexOf('\nkith-blob'))) as About).name, uploadId };
}

async function remove(at: UploadPlace, folder: string): Promise<void> {
  // The description first: then a crash halfway leaves no upload that looks whole.
  await rm(join(folder, aboutFile), { force: true });
  at.folders.forget(folder);
  await rm(folder, { recursive: true, force: true });
  await syncFolder(at.uploads);
}

async function readPart(folder: string, number: number): Promise<Part> {
  const handle = await open(join(folder, String(number)), 'r').catch(goneAsNoUpload);
  try {
    const { sizeBytes, tag } = await readFooter(handle);
    return { number, sizeBytes, tag };
  } finally {
    await handle.close();
  }
}

async function* joined(folder: string, parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { number, sizeBytes } of parts) {
    if (sizeBytes === 0) continue;
    const handle = await open(join(folder, String(number)), 'r');
    yield* handle.createReadStream({ start: 0, end: sizeBytes - 1, highWaterMark: 256 * 1024 });
  }
}

const inOne = (value: object) => Readable.from([Buffer.from(JSON.stringify(value))]);
const noUpload = () => new BlobsError('absent', 'There is no such upload.');

function goneAsNoUpload(error: unknown): never {
  throw codeOf(error) === 'ENOENT' ? noUpload() : error;
}
