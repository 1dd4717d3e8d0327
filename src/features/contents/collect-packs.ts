import { eachLimited } from '../../lib/each-limited.ts';
import { type ListedPack, packIdleMsMax, packsListMax } from '../../ports/packs/packs.ts';
import { listLimitMax, type Row, write } from '../../ports/records/records.ts';
import { checksumsOf } from './checksums.ts';
import type { CollectProgress } from './collect.ts';
import { heldMs } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { problemOf } from './open-content.ts';
import { reportDamage } from './report-damage.ts';
import { type ChunkRow, chunks, contents } from './tables.ts';

/** Packs whose live bytes are counted in one walk through all chunks. */
const packsPerGroup = 20_000;
/** Packs emptied in one walk: the next pass takes others. */
const emptiedMax = 200;
/** A pack with less than this part of it alive is emptied. */
const livePartMin = 0.5;
/** So many packs that are small for no reason any more are made into large ones. */
const smallPacksMax = 64;
const smallPackBytes = 1024 * 1024;
/** Small ones go into one pack together, as far as what may be in memory allows. */
const movesAtOnceMax = 64;

interface Group {
  /** By name; only those that get no more. */
  packs: Map<string, { sizeBytes: number; liveBytes: number; isPinned: boolean }>;
  /** The last one listed, undefined where these are the last. */
  after: string | undefined;
  phase: 'pin' | 'count' | 'empty' | 'over';
  cursor: string | undefined;
  emptied: ReadonlySet<string>;
}

/**
 * Deletes packs in which nothing lives, and moves what lives out of those that are mostly dead. A pack that was not
 * appended to for `heldMs` gets nothing new, and what was appended to it is named by rows by now: so what a walk that
 * begins then does not find in it is not there.
 */
export function createPackCollector(context: ContentsContext) {
  /** In memory alone: after a restart the group is begun again. */
  let group: Group | undefined;
  return {
    /** Answers where to go on, undefined at the end. */
    async step(now: CollectProgress): Promise<string | undefined> {
      const from = now.cursor?.slice(1);
      group ??= await listGroup(context, from || undefined);
      const { after } = group;
      if (group.phase !== 'over') await advance[group.phase](context, group, now);
      if (group.phase !== 'over') return `>${from ?? ''}`;
      group = undefined;
      return after === undefined ? undefined : `>${after}`;
    },
  };
}

const advance = {
  pin: pinTails,
  count: countLive,
  empty: emptyPacks,
};

async function listGroup({ packs, clock }: ContentsContext, from: string | undefined): Promise<Group> {
  const settledBeforeMs = clock.nowMs() - heldMs - packIdleMsMax;
  const found: ListedPack[] = [];
  let after = from;
  for (let isLast = false; !isLast && found.length < packsPerGroup; ) {
    const page = await packs.list({ after, limit: packsListMax });
    found.push(...page);
    isLast = page.length < packsListMax;
    after = isLast ? undefined : page.at(-1)!.pack;
  }
  const settled = found.filter(({ changedAtMs }) => changedAtMs < settledBeforeMs);
  return {
    packs: new Map(
      settled.map(({ pack, sizeBytes }) => [pack, { sizeBytes, liveBytes: 0, isPinned: false }]),
    ),
    after,
    phase: 'pin',
    cursor: undefined,
    emptied: new Set(),
  };
}

/** Uploads that go on have bytes in packs which no chunk names yet. */
async function pinTails({ records }: ContentsContext, group: Group): Promise<void> {
  const { rows, next } = await records.scan(contents, { cursor: group.cursor, limit: listLimitMax });
  for (const { value } of rows)
    for (const { pack } of value.upload?.tail ?? []) {
      const found = group.packs.get(pack);
      if (found) found.isPinned = true;
    }
  group.cursor = next;
  if (next === undefined) group.phase = 'count';
}

async function countLive(context: ContentsContext, group: Group, now: CollectProgress): Promise<void> {
  const { rows, next } = await context.records.scan(chunks, { cursor: group.cursor, limit: listLimitMax });
  for (const { value } of rows) {
    const found = group.packs.get(value.pack);
    if (found) found.liveBytes += value.sizeBytes;
  }
  group.cursor = next;
  if (next !== undefined) return;
  for (const [pack, { sizeBytes, liveBytes, isPinned }] of group.packs) {
    if (liveBytes > 0 || isPinned) continue;
    await context.packs.delete(pack);
    group.packs.delete(pack);
    now.packsRemoved++;
    now.bytesFreed += sizeBytes;
  }
  group.phase = 'empty';
  group.emptied = new Set(wasteful(group));
}

function wasteful({ packs }: Group): string[] {
  const free = [...packs].filter(([, { isPinned }]) => !isPinned);
  const small = free.filter(([, { sizeBytes }]) => sizeBytes < smallPackBytes);
  const dead = free.filter(([, { sizeBytes, liveBytes }]) => liveBytes < sizeBytes * livePartMin);
  const chosen = small.length > smallPacksMax ? [...dead, ...small] : dead;
  return [...new Set(chosen.map(([pack]) => pack))].slice(0, emptiedMax);
}

/** What lives in them is moved; they themselves go in the next pass, which finds them empty. */
async function emptyPacks(context: ContentsContext, group: Group, now: CollectProgress): Promise<void> {
  if (group.emptied.size > 0) {
    const { rows, next } = await context.records.scan(chunks, { cursor: group.cursor, limit: listLimitMax });
    const moving = rows.filter(({ value }) => group.emptied.has(value.pack));
    await eachLimited(moving, movesAtOnceMax, async (row) => {
      if (await moveChunk(context, row)) now.chunksMoved++;
    });
    group.cursor = next;
  }
  if (group.cursor === undefined) group.phase = 'over';
}

/** A chunk that changes meanwhile is left where it is until the next pass. */
async function moveChunk(context: ContentsContext, row: Row<ChunkRow>): Promise<boolean> {
  const { records, packs } = context;
  const [sha256] = row.key as [string];
  const { pack, at, sizeBytes, damagedAtMs } = row.value;
  if (damagedAtMs !== undefined) return false;
  await context.memory.moved.take(sizeBytes);
  try {
    const bytes = await packs.read({ pack, at }, sizeBytes);
    if (checksumsOf([bytes]).sha256 !== sha256) {
      await reportDamage(context, sha256, row, 'its bytes are not what they were');
      return false;
    }
    const place = await packs.append([bytes]);
    const { ok } = await records.commit({
      decide: [write.replace(chunks, row.key, { ...row.value, ...place }, row.version)],
      hints: [{ kind: 'chunk.moved', key: sha256, data: { sha256 } }],
    });
    return ok;
  } catch (error) {
    await reportDamage(context, sha256, row, problemOf(error));
    return false;
  } finally {
    context.memory.moved.give(sizeBytes);
  }
}
