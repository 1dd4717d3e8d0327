/**
 * Collection: walks through all contents, then all chunks, then all packs. What nothing uses and nobody holds is
 * condemned; what is still so a day later goes. Everything rests on one rule: a use is only ever added under a hold
 * that was taken, by a change of the row or a look at it, more than `holdLeftMsMin` before the hold ends. So a row that
 * is not held, has no uses, and has its version unchanged when it goes, can have got none.
 */
import { eachLimited } from '../../lib/each-limited.ts';
import { type Row, write } from '../../ports/records/records.ts';
import { createPackCollector } from './collect-packs.ts';
import { heldMs } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { counts } from './named-chunks.ts';
import {
  type ChunkRow,
  type Collected,
  type ContentRow,
  chunks,
  chunkUses,
  contents,
  contentUses,
  damagedChunks,
  damagedShard,
} from './tables.ts';
import { takeApart } from './take-apart.ts';
import { walkState } from './walk-state.ts';

const rowsPerStep = 200;
const changesAtOnceMax = 8;
/** So long something is condemned before it goes: longer than any reader reads or commit lingers. */
export const condemnedMs = heldMs;
/** Uses of a chunk looked at in one pass; expired ones are taken away, so the next sees others. */
const usesLookedAtMax = 20;

export interface CollectProgress {
  startedAtMs: number;
  endedAtMs?: number;
  phase: 'contents' | 'chunks' | 'packs';
  cursor?: string;
  condemned: number;
  contentsRemoved: number;
  chunksRemoved: number;
  chunksMoved: number;
  packsRemoved: number;
  bytesFreed: number;
}

export interface CollectSteps {
  /** The next part of a pass; begins anew after an end, and goes on after a stop. */
  step(): Promise<CollectProgress>;
  progress(): Promise<CollectProgress | undefined>;
}

export function createCollector(context: ContentsContext): CollectSteps {
  const { clock } = context;
  const state = walkState<CollectProgress>(context, 'collect');
  const packs = createPackCollector(context);
  const fresh = (): CollectProgress => ({
    startedAtMs: clock.nowMs(),
    phase: 'contents',
    condemned: 0,
    contentsRemoved: 0,
    chunksRemoved: 0,
    chunksMoved: 0,
    packsRemoved: 0,
    bytesFreed: 0,
  });
  const steps = {
    contents: (now: CollectProgress) => contentStep(context, now),
    chunks: (now: CollectProgress) => chunkStep(context, now),
    packs: (now: CollectProgress) => packs.step(now),
  };
  const following = { contents: 'chunks', chunks: 'packs', packs: undefined } as const;
  return {
    progress: () => state.read(),
    async step() {
      const before = await state.read();
      const now = before && before.endedAtMs === undefined ? { ...before } : fresh();
      const cursor = await steps[now.phase](now);
      delete now.cursor;
      const nextPhase = following[now.phase];
      if (cursor !== undefined) now.cursor = cursor;
      else if (nextPhase) now.phase = nextPhase;
      else now.endedAtMs = clock.nowMs();
      await state.save(now);
      return now;
    },
  };
}

/** What is to become of a row, by its own fields and whether it has uses. */
function verdict(row: Collected, isUsed: boolean, nowMs: number): 'keep' | 'pardon' | 'condemn' | 'remove' {
  if (isUsed) return row.condemnedAtMs === undefined ? 'keep' : 'pardon';
  if (row.condemnedAtMs === undefined) return 'condemn';
  return nowMs - row.condemnedAtMs > condemnedMs ? 'remove' : 'keep';
}

const changed = <Value extends Collected>(value: Value, to: 'pardon' | 'condemn', nowMs: number): Value => {
  const { condemnedAtMs: _, ...rest } = value;
  return to === 'pardon' ? (rest as Value) : { ...value, condemnedAtMs: nowMs };
};

async function contentStep(context: ContentsContext, now: CollectProgress): Promise<string | undefined> {
  const { records, clock } = context;
  const { rows, next } = await records.scan(contents, { cursor: now.cursor, limit: rowsPerStep });
  const open = rows.filter(({ value }) => value.isGoing || value.heldUntilMs <= clock.nowMs());
  const uses = await records.listMany(
    contentUses,
    open.map(({ key }) => ({ prefix: key, limit: 1 })),
  );
  await eachLimited(open, changesAtOnceMax, (row, i) => judgeContent(context, row, uses[i]!.length > 0, now));
  return next;
}

async function judgeContent(
  context: ContentsContext,
  row: Row<ContentRow>,
  isUsed: boolean,
  now: CollectProgress,
): Promise<void> {
  const { records, clock } = context;
  const sentence = row.value.isGoing ? 'remove' : verdict(row.value, isUsed, clock.nowMs());
  if (sentence === 'keep') return;
  if (sentence === 'remove') {
    if (await takeApart(context, row)) now.contentsRemoved++;
    return;
  }
  const value = changed(row.value, sentence, clock.nowMs());
  const { ok } = await records.commit({
    decide: [write.replace(contents, row.key, value, row.version)],
    hints: [{ kind: 'content.judged', key: row.key[0]!, data: { contentId: row.key[0]! } }],
  });
  if (ok && sentence === 'condemn') now.condemned++;
}

async function chunkStep(context: ContentsContext, now: CollectProgress): Promise<string | undefined> {
  const { records, clock } = context;
  const { rows, next } = await records.scan(chunks, { cursor: now.cursor, limit: rowsPerStep });
  const open = rows.filter(({ value }) => value.heldUntilMs <= clock.nowMs());
  const uses = await records.listMany(
    chunkUses,
    open.map(({ key }) => ({ prefix: key, limit: usesLookedAtMax })),
  );
  await eachLimited(open, changesAtOnceMax, (row, i) => judgeChunk(context, row, uses[i]!, now));
  return next;
}

async function judgeChunk(
  { records, clock }: ContentsContext,
  row: Row<ChunkRow>,
  uses: readonly Row<{ untilMs?: number }>[],
  now: CollectProgress,
): Promise<void> {
  const [sha256] = row.key as [string];
  const hints = [{ kind: 'chunk.judged', key: sha256, data: { sha256 } }];
  const expired = uses.filter(({ value }) => !counts(value, clock.nowMs()));
  if (expired.length > 0)
    await records.commit({ decide: [], then: expired.map(({ key }) => write.remove(chunkUses, key)), hints });
  // More may lie behind those that were looked at.
  const isUsed = expired.length < uses.length || uses.length === usesLookedAtMax;
  const sentence = verdict(row.value, isUsed, clock.nowMs());
  if (sentence === 'keep') return;
  const result = await records.commit(
    sentence === 'remove'
      ? {
          decide: [write.remove(chunks, row.key, row.version)],
          then: [write.remove(damagedChunks, [damagedShard, sha256])],
          hints,
        }
      : {
          decide: [write.replace(chunks, row.key, changed(row.value, sentence, clock.nowMs()), row.version)],
          hints,
        },
  );
  if (!result.ok) return;
  if (sentence === 'condemn') now.condemned++;
  if (sentence === 'remove') now.chunksRemoved++;
}
