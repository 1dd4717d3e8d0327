import { type Row, write } from '../../ports/records/records.ts';
import type { Checksums } from './checksums.ts';
import { heldMs } from './contents.ts';
import type { ContentsContext } from './context.ts';
import type { CutChunk } from './growing-chunk.ts';
import { attemptsMax, heldAnew, holdChunk, isHeldEnough } from './hold-chunk.ts';
import { type ChunkRow, chunks, damagedChunks, damagedShard } from './tables.ts';

/** Where a chunk came to lie. `fresh` where nobody has said so yet: that goes into the commit that uses it. */
export interface PlacedChunk {
  sha256: string;
  sizeBytes: number;
  fresh: ChunkRow | undefined;
  placedAtMs: number;
}

/** Stores a chunk unless it is there. Durable when it resolves, and held. */
export async function placeChunk(
  context: ContentsContext,
  chunk: CutChunk,
  sums: Checksums,
): Promise<PlacedChunk> {
  const { records, clock } = context;
  const { sizeBytes } = chunk;
  const { sha256 } = sums;
  const placed = (fresh?: ChunkRow) => ({ sha256, sizeBytes, fresh, placedAtMs: clock.nowMs() });
  const row = await records.get(chunks, [sha256]);
  if (!row) return placed(await placeOnce(context, chunk, sums));
  if (await holdChunk(context, sha256, row)) return placed();
  const fresh = await place(context, chunk, sums);
  return (await replaceDamaged(context, sha256, fresh)) ? placed() : placed(fresh);
}

/** What was placed lately is still there: a pack stays for longer than a hold after it was appended to. */
async function placeOnce(context: ContentsContext, chunk: CutChunk, sums: Checksums): Promise<ChunkRow> {
  const { clock, memory } = context;
  const { sha256 } = sums;
  const known = memory.placed.get(sha256);
  if (known) {
    const before = await known.catch(() => undefined);
    if (before && isHeldEnough(before, clock.nowMs())) return before;
    // Somebody else has begun anew meanwhile.
    if (memory.placed.get(sha256) !== known) return placeOnce(context, chunk, sums);
  }
  // Nothing is awaited between the last look and the promise that others find: one of them stores it.
  const placing = place(context, chunk, sums);
  memory.placed.set(sha256, placing);
  placing.catch(() => memory.placed.delete(sha256));
  return placing;
}

async function place(
  { packs, clock }: ContentsContext,
  { pieces, sizeBytes, isFollowed }: CutChunk,
  { crcs }: Checksums,
): Promise<ChunkRow> {
  const where = await packs.append(pieces, { mayWait: isFollowed });
  return { ...where, sizeBytes, crcs, heldUntilMs: clock.nowMs() + heldMs };
}

/** Gives a damaged chunk's row good bytes. False where there is no row. */
export async function replaceDamaged(
  { records, clock }: ContentsContext,
  sha256: string,
  fresh: ChunkRow,
): Promise<boolean> {
  let row = await records.get(chunks, [sha256]);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    if (!row) return false;
    const { damagedAtMs, ...sound } = row.value;
    const value = heldAnew(damagedAtMs === undefined ? sound : { ...sound, ...fresh }, clock.nowMs());
    const result = await records.commit({
      decide: [write.replace(chunks, [sha256], value, row.version)],
      then: [write.remove(damagedChunks, [damagedShard, sha256])],
      hints: [{ kind: 'chunk.held', key: sha256, data: { sha256 } }],
    });
    if (result.ok) return true;
    row = result.existing as Row<ChunkRow> | undefined;
  }
  throw new Error(`the chunk ${sha256} changes all the time`);
}
