import { createHash } from 'node:crypto';
import { type BlobSource, BlobsError } from './blobs.ts';

/**
 * Hands bytes on as they come, and ends with `mismatch` if in the end they are not of the size or checksum told; as
 * soon as there are too many no more are read.
 */
export async function* checkedBytes(
  source: BlobSource,
  { sizeBytes, sha256 }: { sizeBytes?: number | undefined; sha256?: string | undefined },
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = sha256 === undefined ? undefined : createHash('sha256');
  let seen = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    seen += chunk.byteLength;
    if (sizeBytes !== undefined && seen > sizeBytes) throw wrongSize(sizeBytes);
    hash?.update(chunk);
    yield chunk;
  }
  if (sizeBytes !== undefined && seen !== sizeBytes) throw wrongSize(sizeBytes);
  if (hash && hash.digest('hex') !== sha256!.toLowerCase()) {
    throw new BlobsError('mismatch', 'The bytes do not have the checksum that was told.');
  }
}

const wrongSize = (sizeBytes: number) =>
  new BlobsError('mismatch', `The bytes are not ${sizeBytes}, as was told.`);
