/** Chunks as clients name them: what they have brought, what is missing, and contents made of them. */

import { eachLimited } from '../../lib/each-limited.ts';
import type { Id } from '../../lib/ids.ts';
import { invalid, Refusal } from '../../lib/refusal.ts';
import { listLimitMax, type Row, write } from '../../ports/records/records.ts';
import { ContentWriter } from './content-writer.ts';
import {
  type Content,
  chunkBytesMax,
  chunksAskedMax,
  chunksNamedMax,
  heldMs,
  type NamedChunk,
} from './contents.ts';
import type { ContentsContext } from './context.ts';
import { GrowingChunk } from './growing-chunk.ts';
import { attemptsMax, holdChunk } from './hold-chunk.ts';
import { placeChunk, replaceDamaged } from './place-chunk.ts';
import { chunkRows } from './read-chunks.ts';
import { contentOf, tooLarge } from './store-content.ts';
import { type ChunkRow, chunks, chunkUses } from './tables.ts';
import { untilStopped } from './until-stopped.ts';

/** In place of a content's id, where a chunk was brought alone. */
export const broughtAlone = '-';
/** Of one account and chunk, looked at for one that counts. */
const usesLookedAtMax = 4;
const holdsAtOnceMax = 16;

const sha256Pattern = /^[0-9a-f]{64}$/;
function checkSha256s(sha256s: readonly string[], field: string, countMax: number): void {
  if (sha256s.length > countMax) throw invalid(field, `At most ${countMax} chunks.`);
  if (!sha256s.every((each) => sha256Pattern.test(each)))
    throw invalid(field, 'A SHA-256 is 64 digits of 0-9 and a-f.');
}

export async function missingChunks(
  context: ContentsContext,
  ownerId: Id,
  sha256s: readonly string[],
): Promise<string[]> {
  checkSha256s(sha256s, 'sha256', chunksAskedMax);
  const had = await hadChunks(context, ownerId, sha256s);
  return sha256s.filter((sha256) => !had.has(sha256));
}

/** Those of them that this account has proved to have, held. */
async function hadChunks(
  context: ContentsContext,
  ownerId: Id,
  sha256s: readonly string[],
): Promise<Map<string, ChunkRow>> {
  const { records, clock } = context;
  const distinct = [...new Set(sha256s)];
  const proved: string[] = [];
  for (let at = 0; at < distinct.length; at += listLimitMax) {
    const asked = distinct.slice(at, at + listLimitMax);
    const found = await records.listMany(
      chunkUses,
      asked.map((sha256) => ({ prefix: [sha256, ownerId], limit: usesLookedAtMax })),
    );
    proved.push(...asked.filter((_, i) => found[i]!.some(({ value }) => counts(value, clock.nowMs()))));
  }
  const had = new Map<string, ChunkRow>();
  const rows = await chunkRows(context, proved);
  await eachLimited([...rows], holdsAtOnceMax, async ([sha256, row]: [string, Row<ChunkRow>]) => {
    const held = await holdChunk(context, sha256, row);
    if (held) had.set(sha256, held);
  });
  return had;
}

export const counts = ({ untilMs }: { untilMs?: number }, nowMs: number): boolean =>
  untilMs === undefined || untilMs > nowMs;

export async function putChunk(
  context: ContentsContext,
  ownerId: Id,
  sha256: string,
  source: AsyncIterable<Uint8Array>,
): Promise<void> {
  checkSha256s([sha256], 'sha256', 1);
  const stop = new AbortController();
  const growing = new GrowingChunk(context.memory, { ownerId, lost: (reason) => stop.abort(reason) });
  try {
    for await (const piece of untilStopped(source, stop.signal)) {
      if (growing.sizeBytes + piece.length > chunkBytesMax) throw tooLarge(chunkBytesMax);
      const adding = growing.add(piece);
      if (adding) await adding;
    }
    if (growing.sizeBytes === 0) throw invalid('sha256', 'A chunk has at least one byte.');
    const chunk = growing.finish(false);
    try {
      const sums = await context.memory.checksums.of(chunk, undefined);
      if (sums.sha256 !== sha256) throw invalid('sha256', 'The bytes that came do not have that checksum.');
      const { fresh } = await placeChunk(context, chunk, sums);
      await noteBrought(context, ownerId, sha256, fresh);
    } finally {
      chunk.release();
    }
  } finally {
    growing.drop();
  }
}

async function noteBrought(
  context: ContentsContext,
  ownerId: Id,
  sha256: string,
  placed: ChunkRow | undefined,
): Promise<void> {
  const use = write.put(chunkUses, [sha256, ownerId, broughtAlone], {
    untilMs: context.clock.nowMs() + heldMs,
  });
  let fresh = placed;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const { ok } = await context.records.commit({
      ...(fresh ? { decide: [write.insert(chunks, [sha256], fresh)], then: [use] } : { decide: [use] }),
      hints: [{ kind: 'chunk.held', key: sha256, data: { sha256 } }],
    });
    if (ok) return;
    // Somebody else brought it at the same time.
    if ((await holdChunk(context, sha256)) || (await replaceDamaged(context, sha256, fresh!)))
      fresh = undefined;
  }
  throw new Error('chunks come and go all the time');
}

export async function makeFromChunks(
  context: ContentsContext,
  ownerId: Id,
  named: readonly NamedChunk[],
  { bytesMax }: { bytesMax: number },
): Promise<Content> {
  checkSha256s(
    named.map(({ sha256 }) => sha256),
    'chunks',
    chunksNamedMax,
  );
  if (named.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > bytesMax) throw tooLarge(bytesMax);
  const had = await hadChunks(
    context,
    ownerId,
    named.map(({ sha256 }) => sha256),
  );
  for (const { sha256, sizeBytes } of named) {
    const row = had.get(sha256);
    if (!row) throw new Refusal('conflict', `You have not brought the chunk ${sha256}: ask what is missing.`);
    if (row.sizeBytes !== sizeBytes)
      throw invalid('chunks', `The chunk ${sha256} has ${row.sizeBytes} bytes.`);
  }
  const contentId = context.ids.next();
  const writer = new ContentWriter(context, { ownerId, contentId });
  const placedAtMs = context.clock.nowMs();
  for (const { sha256, sizeBytes } of named)
    await writer.name({ sha256, sizeBytes, fresh: undefined, placedAtMs });
  // A content of one chunk, or of none, has the checksum that is known already.
  const sha256 = named.length === 1 ? named[0]!.sha256 : null;
  return contentOf(contentId, await writer.finish(sha256));
}
