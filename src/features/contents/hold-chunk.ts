import type { Row } from '../../ports/records/records.ts';
import { write } from '../../ports/records/records.ts';
import { heldMs } from './contents.ts';
import type { ContentsContext } from './context.ts';
import { type ChunkRow, type Collected, chunks } from './tables.ts';

/**
 * A hold that has less than this left is renewed; so a chunk that everybody has is written seldom. Who finds a hold has
 * so long to record a use.
 */
export const holdLeftMsMin = heldMs / 2;

export const isHeldEnough = (row: Collected, nowMs: number): boolean =>
  row.condemnedAtMs === undefined && row.heldUntilMs - nowMs >= holdLeftMsMin;

/** The row as it is with a fresh hold. */
export function heldAnew<Value extends Collected>(row: Value, nowMs: number): Value {
  const { condemnedAtMs: _, ...rest } = row;
  return { ...(rest as Value), heldUntilMs: Math.max(row.heldUntilMs, nowMs + heldMs) };
}

/** Of holding a row against those who change it at the same time. */
export const attemptsMax = 50;

/**
 * Keeps a chunk from being collected for `holdLeftMsMin` at least. Undefined where there is none, or its bytes are
 * damaged: then whoever has them brings them anew.
 */
export async function holdChunk(
  { records, clock }: ContentsContext,
  sha256: string,
  found?: Row<ChunkRow>,
): Promise<ChunkRow | undefined> {
  let row = found ?? (await records.get(chunks, [sha256]));
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    if (!row || row.value.damagedAtMs !== undefined) return undefined;
    if (isHeldEnough(row.value, clock.nowMs())) return row.value;
    const value = heldAnew(row.value, clock.nowMs());
    const result = await records.commit({
      decide: [write.replace(chunks, [sha256], value, row.version)],
      hints: [{ kind: 'chunk.held', key: sha256, data: { sha256 } }],
    });
    if (result.ok) return value;
    row = result.existing as Row<ChunkRow> | undefined;
  }
  throw new Error(`the chunk ${sha256} changes all the time`);
}
