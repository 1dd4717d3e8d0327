import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file's first bytes (default: all), in hex. */
export async function checksumOf(file: string, bytes?: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes !== 0) {
    const end = bytes === undefined ? Number.POSITIVE_INFINITY : bytes - 1;
    for await (const piece of createReadStream(file, { end, highWaterMark: 1 << 20 }))
      hash.update(piece as Buffer);
  }
  return hash.digest('hex');
}
