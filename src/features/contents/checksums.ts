import { createHash, type Hash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** So many bytes of a chunk have a CRC32 of their own: so that little need be read to verify little. */
export const blockBytes = 256 * 1024;

/** What is kept of a chunk's bytes. */
export interface Checksums {
  /** In hex. */
  sha256: string;
  /** Of each block. */
  crcs: number[];
}

export const checksumsOf = (pieces: readonly Uint8Array[]): Checksums => ({
  sha256: sha256Of(pieces),
  crcs: crcsOf(pieces),
});

export function updateAll(into: Hash, pieces: readonly Uint8Array[]): Hash {
  for (const piece of pieces) into.update(piece);
  return into;
}

export const sha256Of = (pieces: readonly Uint8Array[]): string =>
  pieces.length === 1
    ? hash('sha256', pieces[0]!, 'hex')
    : updateAll(createHash('sha256'), pieces).digest('hex');

export function crcsOf(pieces: readonly Uint8Array[]): number[] {
  const crcs: number[] = [];
  let [crc, filled] = [0, 0];
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      const taken = piece.subarray(at, at + blockBytes - filled);
      crc = crc32(taken, crc);
      filled += taken.length;
      at += taken.length;
      if (filled < blockBytes) continue;
      crcs.push(crc);
      [crc, filled] = [0, 0];
    }
  }
  if (filled > 0) crcs.push(crc);
  return crcs;
}
