import { type Row, write } from '../../ports/records/records.ts';
import type { ContentsContext } from './context.ts';
import { type ChunkRow, chunks, damagedChunks, damagedShard } from './tables.ts';

/** Notes that a chunk's bytes are lost, so that nothing new builds on it. False where it has changed meanwhile. */
export async function reportDamage(
  { records, clock, report }: Pick<ContentsContext, 'records' | 'clock' | 'report'>,
  sha256: string,
  row: Row<ChunkRow>,
  problem: string,
): Promise<boolean> {
  if (row.value.damagedAtMs !== undefined) return true;
  const atMs = clock.nowMs();
  const { ok } = await records.commit({
    decide: [write.replace(chunks, [sha256], { ...row.value, damagedAtMs: atMs }, row.version)],
    then: [write.put(damagedChunks, [damagedShard, sha256], { atMs, problem })],
    hints: [{ kind: 'chunk.damaged', key: sha256, data: { sha256 } }],
  });
  if (ok)
    report(
      new Error(`The chunk ${sha256} in pack ${row.value.pack} is damaged: ${problem}.`),
      'reading files',
    );
  return ok;
}
