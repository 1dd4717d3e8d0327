import { BlobsError, type ByteRange } from './blobs.ts';

/** First and last position of what a range asks of so many bytes; throws `range` where nothing lies there. */
export function resolveRange(
  range: ByteRange | undefined,
  sizeBytes: number,
): { start: number; end: number } {
  if (!range) return { start: 0, end: sizeBytes - 1 };
  const start = 'last' in range ? Math.max(0, sizeBytes - range.last) : range.start;
  const end = Math.min(('last' in range ? undefined : range.end) ?? sizeBytes - 1, sizeBytes - 1);
  if (start > end) throw new BlobsError('range', 'Nothing of the blob lies in that range.');
  return { start, end };
}
