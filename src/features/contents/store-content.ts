import type { Id } from '../../lib/ids.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { ContentWriter } from './content-writer.ts';
import type { Content, FreshContent, StoreOptions } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { ChunkCutter } from './cut-chunks.ts';
import type { CutChunk } from './growing-chunk.ts';
import type { ContentRow } from './tables.ts';
import { untilStopped } from './until-stopped.ts';

export async function storeContent(
  context: ContentsContext,
  ...given: [ownerId: Id, source: AsyncIterable<Uint8Array>, options: StoreOptions]
): Promise<Content> {
  const content = await placeContent(context, ...given);
  if (!content.rows) return content;
  const { rows, ...stored } = content;
  await rows.write();
  return stored;
}

export async function placeContent(
  context: ContentsContext,
  ownerId: Id,
  source: AsyncIterable<Uint8Array>,
  options: StoreOptions,
): Promise<FreshContent> {
  checkTold(options);
  const contentId = context.ids.next();
  const writer = new ContentWriter(context, { ownerId, contentId });
  const stop = new AbortController();
  const cutter = new ChunkCutter(context.memory, { ownerId, lost: (reason) => stop.abort(reason) });
  const add = (chunk: CutChunk) => writer.add(chunk);
  try {
    const sizeBytesMax = Math.min(options.bytesMax, options.sizeBytes ?? Number.POSITIVE_INFINITY);
    let sizeBytes = 0;
    for await (const bytes of untilStopped(source, stop.signal)) {
      sizeBytes += bytes.length;
      if (sizeBytes > sizeBytesMax) throw tooMany(options);
      await cutter.push(bytes, add);
    }
    if (options.sizeBytes !== undefined && sizeBytes < options.sizeBytes)
      throw invalid('sizeBytes', `Only ${sizeBytes} of ${options.sizeBytes} bytes came.`);
    const rest = cutter.end();
    if (rest) await writer.add(rest);
    const sha256 = await writer.sha256();
    checkSha256(options, sha256);
    const { row, rows } = await writer.end(sha256);
    return { ...contentOf(contentId, row), ...(rows && { rows }) };
  } catch (error) {
    await writer.settle();
    throw error;
  } finally {
    cutter.drop();
    context.memory.checksums.forget(contentId);
  }
}

export const contentOf = (id: Id, { ownerId, sizeBytes, sha256 }: ContentRow): Content => ({
  id,
  ownerId,
  sizeBytes,
  sha256,
});

export const tooLarge = (bytesMax: number) =>
  new Refusal('too-large', `That is more than the ${bytesMax} bytes there is room for.`);

function checkTold({ sizeBytes, bytesMax }: StoreOptions): void {
  if (sizeBytes !== undefined && sizeBytes > bytesMax) throw tooLarge(bytesMax);
}

const tooMany = ({ sizeBytes, bytesMax }: StoreOptions) =>
  sizeBytes !== undefined && sizeBytes <= bytesMax
    ? invalid('sizeBytes', `More than the ${sizeBytes} bytes told came.`)
    : tooLarge(bytesMax);

function checkSha256(told: StoreOptions, sha256: string | null): void {
  if (told.sha256 !== undefined && told.sha256 !== sha256)
    throw invalid('sha256', 'The bytes that came do not have the checksum told.');
}
