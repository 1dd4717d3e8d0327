import { eachLimited } from '../../lib/each-limited.ts';
import { commitWritesMax, type Row, write } from '../../ports/records/records.ts';
import { idempotencyClaims } from '../idempotency/index.ts';
import type { Step, StepsContext } from './steps.ts';

const logEntriesMax = 1000;
const claimsMax = 500;
const commitsAtOnce = 8;
const claimsKeptMs = 86_400_000;
/** The table is walked from end to end this often. */
const claimsRestMs = 3_600_000;

export function trimLog({ log, clock, settings }: StepsContext): Step {
  return {
    doing: 'trimming the log',
    run: () => log.trim(clock.nowMs() - settings.logKeptMs, logEntriesMax),
  };
}

/** Claims of requests that nobody may repeat any more. Where it had got to is forgotten with the process: it begins again. */
export function trimClaims({ records, clock }: StepsContext): Step {
  let cursor: string | undefined;
  let restUntilMs = 0;

  const removeOld = (rows: Row<{ atMs: number }>[]) => {
    const before = clock.nowMs() - claimsKeptMs;
    const old = rows.filter(({ value }) => value.atMs < before);
    return eachLimited(batchesOf(old), commitsAtOnce, async (batch) => {
      // One that another process has just removed fails the batch; the next walk finds the rest.
      await records.commit({
        decide: batch.map(({ key, version }) => write.remove(idempotencyClaims, key, version)),
        hints: [{ kind: 'claims.trimmed', key: batch[0]!.key[0]!, data: { count: batch.length } }],
      });
    });
  };

  return {
    doing: 'removing old idempotency keys',
    async run() {
      if (clock.monotonicMs() < restUntilMs) return 0;
      const { rows, next } = await records.scan(idempotencyClaims, { cursor, limit: claimsMax });
      await removeOld(rows);
      cursor = next;
      if (next === undefined) restUntilMs = clock.monotonicMs() + claimsRestMs;
      return rows.length;
    },
  };
}

/** Rows of one account each, as many as fit into a commit. */
function batchesOf<Value>(rows: readonly Row<Value>[]): Row<Value>[][] {
  const batches: Row<Value>[][] = [];
  for (const row of rows) {
    const last = batches.at(-1);
    if (last && last.length < commitWritesMax && last[0]!.key[0] === row.key[0]) last.push(row);
    else batches.push([row]);
  }
  return batches;
}
