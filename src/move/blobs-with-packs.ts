import { Readable } from 'node:stream';
import { type Blobs, BlobsError } from '../ports/blobs/blobs.ts';
import { packBlobPrefix, packBlobType } from '../ports/packs/blob-packs.ts';
import type { Packs } from '../ports/packs/packs.ts';

const pieceBytes = 1024 * 1024;

/** What a move reads of blobs. */
export type BlobSource = Pick<Blobs, 'list' | 'get'>;

/**
 * A folder's blobs and, after them, its packs under the names that a store of blobs gives them: so packs are moved as
 * what they will be. No process appends to them meanwhile.
 */
export function blobsWithPacks(blobs: Blobs, packs: Packs): BlobSource {
  const listPacks = async (after: string, limit: number) => {
    const from = after.startsWith(packBlobPrefix) ? after.slice(packBlobPrefix.length) : undefined;
    const listed = await packs.list({ after: from, limit });
    return listed.map(({ pack, sizeBytes, changedAtMs }) => ({
      name: packBlobPrefix + pack,
      sizeBytes,
      storedAtMs: changedAtMs,
    }));
  };
  return {
    async list(prefix, { after = '', limit }) {
      const found = after.startsWith(packBlobPrefix) ? [] : await blobs.list(prefix, { after, limit });
      if (found.some(({ name }) => name >= packBlobPrefix))
        throw new Error('A blob sorts behind the packs: a move that was cut off would pass over some.');
      return found.length < limit ? [...found, ...(await listPacks(after, limit - found.length))] : found;
    },
    async get(name) {
      if (!name.startsWith(packBlobPrefix)) return blobs.get(name);
      const pack = name.slice(packBlobPrefix.length);
      const [about] = await listPacks(before(name), 1);
      if (about?.name !== name) throw new BlobsError('absent', `There is no pack ${pack}.`);
      const { sizeBytes } = about;
      const body = Readable.from(read(packs, pack, sizeBytes), { objectMode: false });
      return { ...about, type: packBlobType, start: 0, end: sizeBytes - 1, body };
    },
  };
}

/** The greatest name of a pack that is smaller: all are of one length. */
const before = (name: string): string =>
  `${name.slice(0, -1)}${String.fromCharCode(name.charCodeAt(name.length - 1) - 1)}`;

async function* read(packs: Packs, pack: string, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < sizeBytes; at += pieceBytes)
    yield packs.read({ pack, at }, Math.min(pieceBytes, sizeBytes - at));
}
