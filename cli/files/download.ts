/** Files that come down, and go on after a break where they were. */
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FileNode } from '../../sdk/schema.ts';
import { Final, untilDone } from './again.ts';
import { checksumOf } from './checksum.ts';
import { eachFile } from './each-file.ts';
import type { Progress } from './progress.ts';
import { childrenOf, type Remote } from './remote.ts';

/** Deeper than the server lets folders lie. */
const depthMax = 200;
/** Of most file systems. */
const nameBytesMax = 255;

interface Wanted {
  node: FileNode;
  file: string;
  sizeBytes: number;
}

/** Fetches a file, or a folder with all it holds. Answers how many could not be fetched. */
export async function download(remote: Remote, node: FileNode, target: string): Promise<number> {
  const wanted: Wanted[] = [];
  if (node.kind === 'file') wanted.push(wish(node, target));
  else await collect(remote, node, target, wanted, 0);
  return eachFile(node.name || 'My files', wanted, (each, progress) => fetchFile(remote, each, progress));
}

const wish = (node: FileNode, file: string): Wanted => ({ node, file, sizeBytes: node.sizeBytes });

/** What it is called here. The server lets no name lead elsewhere; a place that is not to be trusted could. */
export function localName({ name }: FileNode): string {
  if (/[/\\]/.test(name) || ['', '.', '..'].includes(name)) throw new Error('A name leads elsewhere.');
  return name;
}

async function collect(
  remote: Remote,
  folder: FileNode,
  target: string,
  wanted: Wanted[],
  depth: number,
): Promise<void> {
  if (depth > depthMax) throw new Error('These folders lie too deep.');
  await mkdir(target, { recursive: true });
  for await (const node of childrenOf(remote.api, folder.id)) {
    const path = join(target, localName(node));
    if (node.kind === 'folder') await collect(remote, node, path, wanted, depth + 1);
    else wanted.push(wish(node, path));
  }
}

/** Into a file beside, which takes its place when it is whole and is what it should be. */
async function fetchFile(
  remote: Remote,
  { node, file, sizeBytes }: Wanted,
  progress: Progress,
): Promise<void> {
  if (await isThere(node, file)) return progress.add(sizeBytes);
  const part = partOf(file, node);
  if ((await sizeOf(part)) > sizeBytes) await rm(part);
  let got = await sizeOf(part);
  progress.add(got);
  let atFailure = got;
  await untilDone(
    async () => {
      // What was under way when it broke off is not in the file.
      const kept = await sizeOf(part);
      progress.add(kept - got);
      got = kept;
      await fetchRest(remote, node, part, (bytes) => {
        got += bytes;
        progress.add(bytes);
      });
    },
    () => {
      const isFurther = got > atFailure;
      atFailure = got;
      return isFurther;
    },
    progress.say,
  );
  if (node.sha256 !== null && (await checksumOf(part)) !== node.sha256) {
    await rm(part);
    throw new Error('What came is not what the server has. Try again.');
  }
  await utimes(part, new Date(), new Date(node.modifiedAt));
  await rename(part, file);
}

/** What is not whole yet, beside the file: by its name, or where that is as long as names may be, by its id. */
function partOf(file: string, { id, versionId }: FileNode): string {
  const end = `.${versionId}.part`;
  const isFitting = Buffer.byteLength(basename(file) + end) <= nameBytesMax;
  return isFitting ? file + end : join(dirname(file), id + end);
}

/** Bytes from where the file ends. They are of one version, so nothing can change in between. */
async function fetchRest(
  { send }: Remote,
  { id, versionId, sizeBytes }: FileNode,
  part: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const from = await sizeOf(part);
  if (from >= sizeBytes) {
    if (sizeBytes === 0) await writeFile(part, '');
    return;
  }
  const path = `/v1/files/${id}/content?versionId=${encodeURIComponent(versionId!)}`;
  const response = await send(path, { headers: from > 0 ? { range: `bytes=${from}-` } : {} });
  if (from > 0 && response.status !== 206) throw new Final('The server does not go on where it was.');
  const counting = new Transform({
    transform(piece: Buffer, _encoding, done) {
      onBytes(piece.length);
      done(null, piece);
    },
  });
  await pipeline(
    Readable.fromWeb(response.body as never),
    counting,
    createWriteStream(part, { flags: 'a', mode: 0o600 }),
  );
  if ((await sizeOf(part)) < sizeBytes) throw new Error('The connection broke off.');
}

async function isThere(node: FileNode, target: string): Promise<boolean> {
  const found = await stat(target).catch(() => undefined);
  if (!found) return false;
  if (!found.isFile()) throw new Error('Something else is there already.');
  return found.size === node.sizeBytes && node.sha256 !== null && (await checksumOf(target)) === node.sha256;
}

const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;
