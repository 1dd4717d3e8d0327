import { randomBytes } from 'node:crypto';
import { type Blobs, BlobsError } from '../blobs/blobs.ts';
import { AppendQueue } from './append-queue.ts';
import { isPackName, type Packs, packName, packsListMax } from './packs.ts';

/** Where packs lie among blobs, and what they are there. */
export const packBlobPrefix = 'packs/';
export const packBlobType = 'application/octet-stream';
/** Below what the S3 adapter sends in one request. */
const batchBytesMax = 8 * 1024 * 1024 - 1;

/** Packs in any store of blobs: what has gathered while earlier batches were on their way becomes one blob. */
export function blobPacks(blobs: Blobs, { lanes = 4 }: { lanes?: number } = {}): Packs {
  const queue = new AppendQueue({
    lanes,
    batchBytesMax,
    async write(pieces, sizeBytes) {
      const pack = packName(randomBytes(16).toString('hex'));
      await blobs.put(packBlobPrefix + pack, each(pieces), { type: packBlobType, sizeBytes });
      return { pack, at: 0 };
    },
  });
  return {
    readBytesIdeal: 1024 * 1024,
    append: (pieces, options) => queue.append(pieces, options),
    async read({ pack, at }, sizeBytes, into) {
      if (!isPackName(pack)) throw new BlobsError('absent', 'There is no such pack.');
      const { body } = await blobs.get(packBlobPrefix + pack, {
        range: { start: at, end: at + sizeBytes - 1 },
      });
      const pieces: Buffer[] = [];
      for await (const piece of body as AsyncIterable<Buffer>) pieces.push(piece);
      const found = pieces.reduce((sum, piece) => sum + piece.length, 0);
      if (found !== sizeBytes) throw new BlobsError('range', 'The pack ends before that.');
      if (!into) return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      let filled = 0;
      for (const piece of pieces) filled += piece.copy(into, filled);
      return into.subarray(0, sizeBytes);
    },
    async list({ after, limit }) {
      const from = after === undefined ? undefined : packBlobPrefix + after;
      const found = await blobs.list(packBlobPrefix, { after: from, limit: Math.min(limit, packsListMax) });
      return found.map(({ name, sizeBytes, storedAtMs }) => ({
        pack: name.slice(packBlobPrefix.length),
        sizeBytes,
        changedAtMs: storedAtMs,
      }));
    },
    delete: (pack) => blobs.delete(packBlobPrefix + pack),
    close: () => queue.close(),
  };
}

async function* each(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
