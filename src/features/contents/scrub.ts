import { eachLimited } from '../../lib/each-limited.ts';
import { listLimitMax, type Row } from '../../ports/records/records.ts';
import { checksumsOf } from './checksums.ts';
import type { ContentsContext } from './context.ts';
import { problemOf } from './open-content.ts';
import { reportDamage } from './report-damage.ts';
import { type ChunkRow, chunks, chunkUses, contentUses, damagedChunks, damagedShard } from './tables.ts';
import { walkState } from './walk-state.ts';

/** Chunks looked at in one step; their bytes are read a few at a time. */
const chunksPerStep = 64;
const readsAtOnceMax = 2;
const usesShownMax = 20;

export interface ScrubProgress {
  startedAtMs: number;
  /** Undefined while it goes on. */
  endedAtMs?: number;
  chunks: number;
  bytes: number;
  damaged: number;
  /** Where it goes on. */
  cursor?: string;
}

export interface DamagedChunk {
  sha256: string;
  sizeBytes: number;
  pack: string;
  problem: string;
  foundAtMs: number;
  /** Uses of contents that hold it, at most `usesShownMax`. */
  uses: string[];
}

export interface Scrub {
  /** Reads and verifies the next chunks; begins anew after an end, and goes on after a stop. */
  step(): Promise<ScrubProgress>;
  /** The pass under way, or the last one. */
  progress(): Promise<ScrubProgress | undefined>;
  damaged(limit: number): Promise<DamagedChunk[]>;
}

export function createScrub(context: ContentsContext): Scrub {
  const { records, clock } = context;
  const state = walkState<ScrubProgress>(context, 'scrub');
  return {
    progress: () => state.read(),
    async step() {
      const before = await state.read();
      const now: ScrubProgress =
        before && before.endedAtMs === undefined
          ? { ...before }
          : { startedAtMs: clock.nowMs(), chunks: 0, bytes: 0, damaged: 0 };
      const { rows, next } = await records.scan(chunks, { cursor: now.cursor, limit: chunksPerStep });
      // In the order they lie in.
      const ordered = rows.sort((a, b) => comparePlaces(a.value, b.value));
      await eachLimited(ordered, readsAtOnceMax, async (row) => {
        const isSound = await verifyChunk(context, row);
        if (isSound === undefined) return;
        now.chunks++;
        now.bytes += row.value.sizeBytes;
        if (!isSound) now.damaged++;
      });
      const { cursor: _, ...rest } = now;
      const after: ScrubProgress =
        next === undefined ? { ...rest, endedAtMs: clock.nowMs() } : { ...rest, cursor: next };
      await state.save(after);
      return after;
    },
    damaged: (limit) => listDamaged(context, Math.min(limit, listLimitMax)),
  };
}

const comparePlaces = (a: ChunkRow, b: ChunkRow) =>
  a.pack === b.pack ? a.at - b.at : a.pack < b.pack ? -1 : 1;

/** Undefined where it has gone meanwhile. */
async function verifyChunk(context: ContentsContext, found: Row<ChunkRow>): Promise<boolean | undefined> {
  const sha256 = found.key[0]!;
  let row: Row<ChunkRow> | undefined = found;
  // What is moved while it is read is looked at where it went.
  for (let problem = await problemWith(context, found); problem !== undefined; ) {
    const again = await context.records.get(chunks, [sha256]);
    if (!again) return undefined;
    const isSame = again.version === row.version;
    row = again;
    if (!isSame) problem = await problemWith(context, again);
    else if (await reportDamage(context, sha256, again, problem)) return false;
  }
  return true;
}

async function problemWith({ packs }: ContentsContext, row: Row<ChunkRow>): Promise<string | undefined> {
  const { pack, at, sizeBytes, crcs } = row.value;
  try {
    const sums = checksumsOf([await packs.read({ pack, at }, sizeBytes)]);
    if (sums.sha256 !== row.key[0]) return 'its bytes are not what they were';
    if (sums.crcs.some((crc, i) => crc !== crcs[i])) return 'what is kept to check it is not what it was';
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

async function listDamaged({ records }: ContentsContext, limit: number): Promise<DamagedChunk[]> {
  const found = await records.list(damagedChunks, [damagedShard], { limit });
  const rows = await records.getMany(
    chunks,
    found.map(({ key }) => [key[1]!]),
  );
  const damaged: DamagedChunk[] = [];
  for (const [i, { key, value }] of found.entries()) {
    const row = rows[i];
    if (!row) continue;
    const [sha256, { pack, sizeBytes }] = [key[1]!, row.value];
    const uses = await usesOf(records, sha256);
    damaged.push({ sha256, sizeBytes, pack, problem: value.problem, foundAtMs: value.atMs, uses });
  }
  return damaged;
}

async function usesOf(records: ContentsContext['records'], sha256: string): Promise<string[]> {
  const holders = await records.list(chunkUses, [sha256], { limit: usesShownMax });
  const uses = await records.listMany(
    contentUses,
    holders.map(({ key }) => ({ prefix: [key[2]!], limit: usesShownMax })),
  );
  return uses.flatMap((rows) => rows.map(({ key }) => key[1]!)).slice(0, usesShownMax);
}
