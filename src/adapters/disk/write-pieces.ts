import type { FileHandle } from 'node:fs/promises';

/** The system takes at most so many pieces in one call. */
export const piecesMax = 1024;

/** Writes at most `piecesMax` pieces one after another from a place in the file on; answers how many bytes they are. */
export async function writePieces(handle: FileHandle, pieces: Uint8Array[], at: number): Promise<number> {
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const { bytesWritten } = await handle.writev(pieces, at);
  // A disk that is nearly full may take less than all: what is left then fails, or follows.
  if (bytesWritten < sizeBytes) {
    const bytes = Buffer.concat(pieces);
    for (let done = bytesWritten; done < sizeBytes; )
      done += (await handle.write(bytes, done, sizeBytes - done, at + done)).bytesWritten;
  }
  return sizeBytes;
}
