/** Uploads that may break off and go on: a content under way, and the bytes after its last whole chunk. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Id } from '../../lib/ids.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { bytesCameBy } from '../../lib/young-garbage.ts';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import { type Row, write } from '../../ports/records/records.ts';
import { ContentWriter } from './content-writer.ts';
import {
  type Content,
  checkedAppendBytesMax,
  type PartChecksum,
  sessionMs,
  type UploadSession,
} from './contents.ts';
import type { ContentsContext } from './context.ts';
import { ChunkCutter } from './cut-chunks.ts';
import type { CutChunk } from './growing-chunk.ts';
import { contentOf, tooLarge } from './store-content.ts';
import { type ContentRow, contents } from './tables.ts';
import { takeApart } from './take-apart.ts';
import { untilStopped } from './until-stopped.ts';

type Upload = NonNullable<ContentRow['upload']>;
type UploadRow = Row<ContentRow & { upload: Upload }>;

/** A tail of more pieces is written anew as one. */
const tailPiecesMax = 32;

const tailBytes = ({ tail }: Upload): number => tail.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
const offsetOf = ({ value }: UploadRow): number => value.sizeBytes + tailBytes(value.upload);

export async function beginUpload(
  { records, clock, ids }: ContentsContext,
  ownerId: Id,
  { sizeBytes }: { sizeBytes?: number | undefined } = {},
): Promise<UploadSession> {
  const id = ids.next();
  const value = {
    ownerId,
    sizeBytes: 0,
    sha256: null,
    heldUntilMs: clock.nowMs() + sessionMs,
    upload: { tail: [], ...(sizeBytes !== undefined && { sizeBytes }) },
  };
  await records.commit({
    decide: [write.insert(contents, [id], value)],
    hints: [{ kind: 'content.growing', key: id, data: { contentId: id } }],
  });
  return sessionOf({ key: [id], value, version: 1 });
}

const sessionOf = (row: UploadRow): UploadSession => ({
  id: row.key[0]!,
  ownerId: row.value.ownerId,
  offsetBytes: offsetOf(row),
  sizeBytes: row.value.upload.sizeBytes,
  expiresAtMs: row.value.heldUntilMs,
});

async function uploadRow({ records }: ContentsContext, id: Id): Promise<UploadRow | undefined> {
  const row = await records.get(contents, [id]);
  return row?.value.upload && !row.value.isGoing ? (row as UploadRow) : undefined;
}

/** Who asks where to go on has no other connection that still sends: what a dead one brought is saved first. */
export async function findUpload(context: ContentsContext, id: Id): Promise<UploadSession | undefined> {
  await stopAppending(context, id);
  const row = await uploadRow(context, id);
  return row && sessionOf(row);
}

interface AppendOptions {
  bytesMax: number;
  checksum?: PartChecksum | undefined;
}

export async function appendToUpload(
  context: ContentsContext,
  id: Id,
  offsetBytes: number,
  source: AsyncIterable<Uint8Array>,
  options: AppendOptions,
): Promise<UploadSession> {
  const { appending } = context.memory;
  await stopAppending(context, id);
  const stop = new AbortController();
  const bytes = untilStopped(source, stop.signal);
  const work = append(context, id, offsetBytes, bytes, { ...options, stop });
  const mine = { stop, done: work.catch(() => undefined) };
  appending.set(id, mine);
  try {
    return await work;
  } finally {
    if (appending.get(id) === mine) appending.delete(id);
  }
}

/** A connection that is dead, and not known to be, must not keep its client from going on. */
async function stopAppending({ memory }: ContentsContext, id: Id): Promise<void> {
  for (let other = memory.appending.get(id); other; other = memory.appending.get(id)) {
    other.stop.abort(new Refusal('conflict', 'The upload was gone on with from elsewhere.'));
    await other.done;
    if (memory.appending.get(id) === other) memory.appending.delete(id);
  }
}

async function append(
  context: ContentsContext,
  id: Id,
  offsetBytes: number,
  source: AsyncIterable<Uint8Array>,
  options: AppendOptions & { stop: AbortController },
): Promise<UploadSession> {
  const row = await uploadRow(context, id);
  if (!row) throw notFound();
  const at = offsetOf(row);
  if (at !== offsetBytes)
    throw new Refusal('conflict', `The upload goes on at ${at}, not at ${offsetBytes}.`);
  const { checksum, stop } = options;
  const lost = (reason: Refusal) => stop.abort(reason);
  const checking = checksum && (await context.memory.checked.take(row.value.ownerId, lost));
  try {
    const bytes = checksum ? await checkedWhole(source, checksum, checking!.moved) : source;
    return await appendBytes(context, row, bytes, options);
  } finally {
    checking?.give();
  }
}

async function appendBytes(
  context: ContentsContext,
  row: UploadRow,
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: AppendOptions & { stop: AbortController },
): Promise<UploadSession> {
  const at = offsetOf(row);
  const sizeMax = Math.min(options.bytesMax, (row.value.upload.sizeBytes ?? Number.POSITIVE_INFINITY) - at);
  const going = await goOn(context, row, (reason) => options.stop.abort(reason));
  let failure: { error: unknown } | undefined;
  try {
    let sizeBytes = 0;
    for await (const piece of bytes) {
      sizeBytes += piece.length;
      if (sizeBytes > sizeMax) throw tooLarge(at + sizeMax);
      await going.add(piece);
    }
  } catch (error) {
    failure = { error };
  }
  try {
    const saved = await going.save().catch((error: unknown) => {
      throw failure ? failure.error : error;
    });
    if (failure) throw failure.error;
    return sessionOf(saved);
  } finally {
    going.cutter.drop();
  }
}

async function checkedWhole(
  source: AsyncIterable<Uint8Array>,
  { algorithm, value }: PartChecksum,
  moved: () => void,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const digest = createHash(algorithm);
  let sizeBytes = 0;
  for await (const piece of source) {
    moved();
    sizeBytes += piece.length;
    if (sizeBytes > checkedAppendBytesMax) throw tooLarge(checkedAppendBytesMax);
    digest.update(piece);
    pieces.push(piece);
  }
  if (digest.digest('hex') !== value)
    throw invalid('checksum', 'The bytes that came do not have the checksum told.');
  return pieces;
}

/** The upload as if it had never broken off: its tail is cut on where it stopped. */
async function goOn(
  context: ContentsContext,
  row: UploadRow,
  lost: (reason: Refusal) => void = () => undefined,
) {
  const { value } = row;
  const id = row.key[0]!;
  const writer = new ContentWriter(context, {
    ownerId: value.ownerId,
    contentId: id,
    row,
    upload: { ...value.upload, tail: [] },
  });
  const cutter = new ChunkCutter(context.memory, { ownerId: value.ownerId, lost });
  let { tail } = value.upload;
  const take = (chunk: CutChunk) => {
    tail = [];
    return writer.add(chunk);
  };
  const add = (bytes: Uint8Array) => cutter.push(bytes, take);
  try {
    for (const piece of await readTail(context, value.upload)) await add(piece);
    bytesCameBy(tailBytes(value.upload));
  } catch (error) {
    cutter.drop();
    throw error;
  }
  const save = async (): Promise<UploadRow> => {
    if (tail.length >= tailPiecesMax) tail = [];
    const rest = cutter.restAfter(tailBytes({ tail }));
    if (rest.length > 0) tail = [...tail, await keepPiece(context, rest)];
    const saved = await writer.save({ ...value.upload, tail }, context.clock.nowMs() + sessionMs);
    return saved as UploadRow;
  };
  return { add, save, writer, cutter };
}

async function keepPiece(
  { packs }: ContentsContext,
  pieces: readonly Uint8Array[],
): Promise<Upload['tail'][number]> {
  const place = await packs.append(pieces);
  const sizeBytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return { ...place, sizeBytes, crc: pieces.reduce((crc, piece) => crc32(piece, crc), 0) };
}

const readTail = ({ packs }: ContentsContext, { tail }: Upload): Promise<Buffer[]> =>
  Promise.all(
    tail.map(async (place) => {
      const bytes = await packs.read(place, place.sizeBytes);
      if (crc32(bytes) !== place.crc)
        throw new BlobsError('unavailable', 'The end of the upload is damaged: begin it anew.');
      return bytes;
    }),
  );

export async function sealUpload(context: ContentsContext, id: Id): Promise<Content> {
  await stopAppending(context, id);
  const found = await context.records.get(contents, [id]);
  if (!found || found.value.isGoing) throw notFound();
  if (!found.value.upload) return contentOf(id, found.value);
  const row = found as UploadRow;
  const { sizeBytes } = row.value.upload;
  if (sizeBytes !== undefined && sizeBytes !== offsetOf(row))
    throw new Refusal('conflict', `Only ${offsetOf(row)} of ${sizeBytes} bytes have come.`);
  const { writer, cutter } = await goOn(context, row);
  try {
    const last = cutter.end();
    if (last) await writer.add(last);
  } finally {
    cutter.drop();
  }
  const sealed = await writer.finish(await writer.sha256());
  context.memory.checksums.forget(id);
  return contentOf(id, sealed);
}

export async function abortUpload(context: ContentsContext, id: Id): Promise<void> {
  await stopAppending(context, id);
  const row = await uploadRow(context, id);
  if (row) await takeApart(context, row);
  context.memory.checksums.forget(id);
}
