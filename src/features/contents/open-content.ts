import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { Id } from '../../lib/ids.ts';
import { PumpedBody } from '../../lib/pumped-body.ts';
import { notFound } from '../../lib/refusal.ts';
import { WholeBody } from '../../lib/whole-body.ts';
import { BlobsError, type ByteRange } from '../../ports/blobs/blobs.ts';
import { resolveRange } from '../../ports/blobs/byte-range.ts';
import { blockBytes } from './checksums.ts';
import type { Content, OpenedContent } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { chunkPages, chunkRows, type FoundChunk } from './read-chunks.ts';
import { reportDamage } from './report-damage.ts';
import { contentOf } from './store-content.ts';
import { type ChunkRow, type ContentRow, chunks, contents } from './tables.ts';

/** The row of a content that is whole and not on its way out. */
export async function wholeContent(
  { records }: Pick<ContentsContext, 'records'>,
  contentId: Id,
): Promise<{ value: ContentRow; version: number }> {
  const row = await records.get(contents, [contentId]);
  if (!row || row.value.upload || row.value.isGoing) throw notFound();
  return row;
}

export async function describeContents(
  { records }: ContentsContext,
  contentIds: readonly Id[],
): Promise<(Content | undefined)[]> {
  const rows = await records.getMany(
    contents,
    contentIds.map((id) => [id]),
  );
  return rows.map((row, i) =>
    row && !row.value.upload && !row.value.isGoing ? contentOf(contentIds[i]!, row.value) : undefined,
  );
}

export async function openContent(
  context: ContentsContext,
  contentId: Id,
  { range }: { range?: ByteRange | undefined } = {},
): Promise<OpenedContent> {
  const { value } = await wholeContent(context, contentId);
  const { start, end } = resolveRange(range, value.sizeBytes);
  const wanted = wantedBlocks(context, contentId, value, start, end);
  const isSmall = end - start < blockBytes;
  const body = isSmall ? await inOnePiece(context, wanted) : new VerifiedBody(context, wanted);
  return { content: contentOf(contentId, value), start, end, body };
}

/** What is read at once is read before anything is answered: failures then have an answer of their own. */
async function inOnePiece(context: ContentsContext, wanted: AsyncGenerator<Wanted>): Promise<Readable> {
  const read: Buffer[] = [];
  for await (const each of wanted) read.push(await readVerified(context, each));
  return new WholeBody(read.length === 1 ? read[0]! : Buffer.concat(read));
}

class VerifiedBody extends PumpedBody {
  readonly #context: ContentsContext;
  readonly #wanted: AsyncGenerator<Wanted>;

  constructor(context: ContentsContext, wanted: AsyncGenerator<Wanted>) {
    super(unitBytesOf(context));
    this.#context = context;
    this.#wanted = wanted;
  }

  protected override async fill(buffer: Buffer): Promise<Buffer | null> {
    const next = await this.#wanted.next();
    return next.done ? null : readVerified(this.#context, next.value, buffer);
  }

  protected override async close(): Promise<void> {
    await this.#wanted.return(undefined);
  }
}

const unitBytesOf = ({ packs }: ContentsContext) =>
  Math.max(blockBytes, Math.floor(packs.readBytesIdeal / blockBytes) * blockBytes);

/** Some blocks of a chunk, verified together, and what of them is wanted. */
interface Wanted {
  chunk: FoundChunk;
  row: ChunkRow | undefined;
  firstBlock: number;
  sizeBytes: number;
  from: number;
  to: number;
}

async function* wantedBlocks(
  context: ContentsContext,
  contentId: Id,
  content: ContentRow,
  start: number,
  end: number,
): AsyncGenerator<Wanted> {
  if (end < start) return;
  const unitBytes = unitBytesOf(context);
  for await (const page of chunkPages(context, contentId, content, start)) {
    const wanted = page.filter(({ from, sizeBytes }) => from <= end && from + sizeBytes > start);
    const rows = await chunkRows(
      context,
      wanted.map(({ sha256 }) => sha256),
    );
    for (const chunk of wanted) yield* unitsOf(chunk, rows.get(chunk.sha256)?.value, unitBytes, start, end);
    const last = page.at(-1)!;
    if (last.from + last.sizeBytes > end) return;
  }
}

function* unitsOf(
  chunk: FoundChunk,
  row: ChunkRow | undefined,
  unitBytes: number,
  start: number,
  end: number,
): Generator<Wanted> {
  const [first, last] = [Math.max(0, start - chunk.from), Math.min(chunk.sizeBytes - 1, end - chunk.from)];
  for (let at = Math.floor(first / blockBytes) * blockBytes; at <= last; at += unitBytes) {
    const wholeTo = Math.min(
      at + unitBytes,
      chunk.sizeBytes,
      Math.ceil((last + 1) / blockBytes) * blockBytes,
    );
    yield {
      chunk,
      row,
      firstBlock: at / blockBytes,
      sizeBytes: wholeTo - at,
      from: Math.max(0, first - at),
      to: Math.min(wholeTo, last + 1) - at,
    };
  }
}

/** A chunk that was moved to another pack meanwhile, or replaced, is looked up again. */
async function readVerified(context: ContentsContext, wanted: Wanted, into?: Buffer): Promise<Buffer> {
  const { chunk } = wanted;
  const found = wanted.row && (await readBlocks(context, wanted.row, wanted, into));
  if (Buffer.isBuffer(found)) return found;
  const row = await context.records.get(chunks, [chunk.sha256]);
  const again = row && (await readBlocks(context, row.value, wanted, into));
  if (Buffer.isBuffer(again)) return again;
  const problem = again ?? 'no trace of it';
  if (row) await reportDamage(context, chunk.sha256, row, problem);
  throw new BlobsError('unavailable', `The chunk ${chunk.sha256} is damaged: ${problem}.`);
}

async function readBlocks(
  { packs }: ContentsContext,
  row: ChunkRow,
  { firstBlock, sizeBytes, from, to }: Wanted,
  into: Buffer | undefined,
): Promise<Buffer | string> {
  const place = { pack: row.pack, at: row.at + firstBlock * blockBytes };
  try {
    const bytes = await packs.read(place, sizeBytes, into);
    for (let at = 0; at < sizeBytes; at += blockBytes) {
      const block = bytes.subarray(at, at + blockBytes);
      if (crc32(block) !== row.crcs[firstBlock + at / blockBytes]) return 'its bytes are not what they were';
    }
    return bytes.subarray(from, to);
  } catch (error) {
    return problemOf(error);
  }
}

/** What a failure to read says of the bytes; one that says nothing of them is thrown. */
export function problemOf(error: unknown): string {
  if (error instanceof BlobsError && error.kind === 'absent') return 'its pack is not there';
  if (error instanceof BlobsError && error.kind === 'range') return 'its pack ends before it';
  throw error;
}
