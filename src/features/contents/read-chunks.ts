import type { Id } from '../../lib/ids.ts';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import type { Row } from '../../ports/records/records.ts';
import { getManyMax, listLimitMax } from '../../ports/records/records.ts';
import { byteKey } from './content-writer.ts';
import type { ContentsDeps } from './context.ts';
import { type ChunkRef, type ChunkRow, type ContentRow, chunks, contentPages } from './tables.ts';

export interface FoundChunk {
  sha256: string;
  sizeBytes: number;
  /** Its first byte's position in the content. */
  from: number;
}

type Reading = Pick<ContentsDeps, 'records'>;

/** Pages read at once while walking a whole manifest. */
const pagesAtOnce = 8;

/** The chunks of a content from the one that holds a byte on, a page at a time. */
export async function* chunkPages(
  { records }: Reading,
  contentId: Id,
  { chunks: all, sizeBytes }: ContentRow,
  from = 0,
): AsyncGenerator<FoundChunk[]> {
  if (all) {
    yield positioned(all, 0);
    return;
  }
  if (sizeBytes === 0) return;
  const [first] = await records.list(contentPages, [contentId], {
    before: byteKey(from + 1),
    reverse: true,
    limit: 1,
  });
  let next = 0;
  for (let pages = first ? [first] : []; pages.length > 0; ) {
    for (const { key, value } of pages) {
      const found = positioned(value.chunks, Number(key[1]));
      next = found.at(-1)!.from + found.at(-1)!.sizeBytes;
      yield found;
    }
    if (next >= sizeBytes) return;
    pages = await records.list(contentPages, [contentId], {
      after: pages.at(-1)!.key[1]!,
      limit: Math.min(pagesAtOnce, listLimitMax),
    });
    if (Number(pages[0]?.key[1]) !== next) break;
  }
  // On an engine without transactions a page may follow its row a moment later.
  throw new BlobsError('unavailable', `The list of chunks of the content ${contentId} is not whole.`);
}

function positioned(refs: readonly ChunkRef[], start: number): FoundChunk[] {
  let from = start;
  return refs.map(([sha256, sizeBytes]) => {
    const found = { sha256, sizeBytes, from };
    from += sizeBytes;
    return found;
  });
}

/** Their rows by checksum; fewer where some are not there. */
export async function chunkRows(
  { records }: Reading,
  sha256s: Iterable<string>,
): Promise<Map<string, Row<ChunkRow>>> {
  const distinct = [...new Set(sha256s)];
  const rows = new Map<string, Row<ChunkRow>>();
  for (let at = 0; at < distinct.length; at += getManyMax) {
    const keys = distinct.slice(at, at + getManyMax).map((sha256) => [sha256]);
    for (const row of await records.getMany(chunks, keys)) if (row) rows.set(row.key[0]!, row);
  }
  return rows;
}
