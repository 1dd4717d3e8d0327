/** Files that go up: small ones in one request, others by tus 1.0.0 (https://tus.io), going on after any break. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { KithError } from '../../sdk/client.ts';
import type { FileNode } from '../../sdk/schema.ts';
import { Final, untilDone } from './again.ts';
import { checksumOf } from './checksum.ts';
import { eachFile } from './each-file.ts';
import { keepLocation, keptLocation, uploadKey } from './kept-uploads.ts';
import type { Progress } from './progress.ts';
import { childNamed, childrenOf, folderIn, isAbsent, keyOf, type Remote } from './remote.ts';

const wholeBytesMax = 1024 * 1024;
const tusPlace = '/v1/files/uploads';
const tusHeaders = { 'tus-resumable': '1.0.0' };
const partType = 'application/offset+octet-stream';

interface Local {
  file: string;
  sizeBytes: number;
  modifiedAtMs: number;
  parentId: string;
  name: string;
  /** What is there now, where it is known. */
  there: FileNode | undefined;
}

/** Sends a file or folder into a folder, under a name. Answers how many could not be sent. */
export async function upload(
  remote: Remote,
  file: string,
  parent: FileNode,
  name = basename(resolve(file)),
): Promise<number> {
  const found: Local[] = [];
  const problems: string[] = [];
  await collect(remote, { file, parentId: parent.id, name }, found, problems);
  return eachFile(name, found, (each, progress) => sendFile(remote, each, progress), problems);
}

async function collect(
  remote: Remote,
  {
    file,
    parentId,
    name,
    there,
  }: { file: string; parentId: string; name: string; there?: Map<string, FileNode> },
  found: Local[],
  problems: string[],
): Promise<void> {
  const about = await stat(file);
  if (about.isFile()) {
    const known = there ?? (await namesIn(remote, parentId));
    const { size: sizeBytes, mtimeMs: modifiedAtMs } = about;
    found.push({ file, sizeBytes, modifiedAtMs, parentId, name, there: known.get(keyOf(name)) });
    return;
  }
  if (!about.isDirectory()) return void problems.push(`${file}: neither file nor folder; it is left out.`);
  const folder = await folderIn(remote.api, parentId, name);
  const inside = await namesIn(remote, folder.id);
  for (const entry of await readdir(file, { withFileTypes: true })) {
    const path = join(file, entry.name);
    // What a link leads to may lie elsewhere, or above.
    if (!entry.isFile() && !entry.isDirectory())
      problems.push(`${path}: neither file nor folder; it is left out.`);
    else {
      const next = { file: path, parentId: folder.id, name: entry.name, there: inside };
      await collect(remote, next, found, problems).catch((error: Error) => {
        problems.push(`${path}: ${error.message}`);
      });
    }
  }
}

async function namesIn({ api }: Remote, folderId: string): Promise<Map<string, FileNode>> {
  const names = new Map<string, FileNode>();
  for await (const node of childrenOf(api, folderId)) names.set(keyOf(node.name), node);
  return names;
}

async function sendFile(remote: Remote, local: Local, progress: Progress): Promise<void> {
  const { file, sizeBytes, there } = local;
  if (there?.kind === 'folder') throw new Error('There is a folder of this name.');
  if (there?.sizeBytes === sizeBytes && there.sha256 !== null && (await checksumOf(file)) === there.sha256)
    return progress.add(sizeBytes);
  if (sizeBytes <= wholeBytesMax) {
    await sendWhole(remote, local, progress);
    return progress.add(sizeBytes);
  }
  const node = await sendByTus(remote, local, progress);
  if (node.sha256 !== null && node.sha256 !== (await checksumOf(file, sizeBytes)))
    throw new Error('What arrived is not what this file is by now. Send it again.');
}

/**
 * Only in place of what was there: so a request whose answer was lost can be sent again, and finds that it did arrive
 * instead of making a second version of the same bytes.
 */
async function sendWhole(remote: Remote, local: Local, progress: Progress): Promise<void> {
  const { file, parentId, name, modifiedAtMs, there } = local;
  // The same bytes each time, whatever becomes of the file meanwhile.
  const bytes = await readFile(file);
  const sha256 = createHash('sha256').update(bytes).digest();
  const modifiedAt = new Date(modifiedAtMs).toISOString();
  const init = {
    method: 'PUT',
    headers: {
      'content-type': 'application/octet-stream',
      'content-digest': `sha-256=:${sha256.toString('base64')}:`,
      ...(there ? { 'if-match': `"${there.versionId}"` } : { 'if-none-match': '*' }),
    },
    body: bytes,
  };
  const path = `/v1/files/content?${new URLSearchParams({ parentId, name, modifiedAt })}`;
  await untilDone(
    async () => {
      try {
        await remote.send(path, init);
      } catch (error) {
        if (!isOutdated(error) || !(await isThere(remote, local, sha256.toString('hex')))) throw error;
      }
    },
    () => false,
    progress.say,
  );
}

const isOutdated = (error: unknown): boolean => error instanceof KithError && error.status === 412;

/** Whether what is there now are these very bytes. */
async function isThere({ api }: Remote, { parentId, name }: Local, sha256: string): Promise<boolean> {
  try {
    return (await childNamed(api, parentId, name)).sha256 === sha256;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

async function sendByTus(remote: Remote, local: Local, progress: Progress): Promise<FileNode> {
  const { file, sizeBytes, modifiedAtMs, parentId, name } = local;
  const key = uploadKey([remote.url, resolve(file), sizeBytes, modifiedAtMs, parentId, name]);
  const standing = { location: await keptLocation(key), offset: 0, told: 0 };
  const stand = (offset: number) => {
    progress.add(offset - standing.told);
    standing.told = offset;
    standing.offset = offset;
  };
  let atFailure = 0;
  const done = await untilDone(
    async () => {
      const made = standing.location && (await askStanding(remote, standing.location, stand));
      if (made) return made;
      if (!standing.location || made === undefined) {
        standing.location = await begin(remote, local);
        await keepLocation(key, standing.location);
        stand(0);
      }
      return sendRest(remote, local, { location: standing.location, from: standing.offset }, (bytes) => {
        progress.add(bytes);
        standing.told += bytes;
      });
    },
    () => {
      const isFurther = standing.told > atFailure;
      atFailure = standing.told;
      return isFurther;
    },
    progress.say,
  );
  await keepLocation(key, undefined);
  stand(sizeBytes);
  return remote.api.get('/v1/files/{id}', { path: { id: done } });
}

async function begin({ send }: Remote, { parentId, name, sizeBytes, modifiedAtMs }: Local): Promise<string> {
  const told = { parentId, name, modifiedAt: new Date(modifiedAtMs).toISOString() };
  const pairs = Object.entries(told).map(
    ([field, value]) => `${field} ${Buffer.from(value).toString('base64')}`,
  );
  const response = await send(tusPlace, {
    method: 'POST',
    headers: { ...tusHeaders, 'upload-length': String(sizeBytes), 'upload-metadata': pairs.join(',') },
  });
  return new URL(response.headers.get('location')!, response.url).pathname;
}

/** The id of what became of it; null where it goes on; undefined where the server knows it no more. */
async function askStanding(
  { send }: Remote,
  location: string,
  stand: (offset: number) => void,
): Promise<string | null | undefined> {
  try {
    const { headers } = await send(location, { method: 'HEAD', headers: tusHeaders });
    stand(Number(headers.get('upload-offset')));
    return madeIn(headers) ?? null;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function sendRest(
  { send }: Remote,
  { file, sizeBytes, modifiedAtMs }: Local,
  { location, from }: { location: string; from: number },
  onBytes: (bytes: number) => void,
): Promise<string> {
  const about = await stat(file);
  if (about.size !== sizeBytes || about.mtimeMs !== modifiedAtMs)
    throw new Final('It was changed while it was sent. Send it again.');
  const source = createReadStream(file, { start: from, highWaterMark: 1 << 18 });
  async function* counted() {
    for await (const piece of source) {
      yield piece as Uint8Array;
      onBytes((piece as Uint8Array).length);
    }
  }
  try {
    const { headers } = await send(location, {
      method: 'PATCH',
      headers: { ...tusHeaders, 'content-type': partType, 'upload-offset': String(from) },
      body: Readable.toWeb(Readable.from(counted())) as NonNullable<RequestInit['body']>,
      duplex: 'half',
    });
    const made = madeIn(headers);
    if (made === undefined) throw new Error('The connection broke off.');
    return made;
  } finally {
    source.destroy();
  }
}

const madeIn = (headers: Headers): string | undefined =>
  /^\/v1\/files\/([0-9a-z]{11})$/.exec(headers.get('content-location') ?? '')?.[1];
