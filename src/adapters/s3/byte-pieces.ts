/** Cuts a stream into buffers of one size, the last one smaller; holds one at a time. An empty stream gives none. */
export async function* bytePieces(
  source: AsyncIterable<Uint8Array>,
  pieceBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let piece: Buffer | undefined;
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; ) {
      piece ??= Buffer.allocUnsafe(pieceBytes);
      const count = Math.min(chunk.byteLength - at, pieceBytes - filled);
      piece.set(chunk.subarray(at, at + count), filled);
      at += count;
      filled += count;
      if (filled < pieceBytes) continue;
      yield piece;
      piece = undefined;
      filled = 0;
    }
  }
  if (piece && filled > 0) yield piece.subarray(0, filled);
}
