/**
 * The same request sent twice does its work once. The claim on (user, key) is written in the commit it
 * guards, so there is no moment at which one exists without the other.
 */
import type { IdempotencyClaim } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import {
  type CommitResult,
  defineTable,
  type Records,
  type Write,
  write,
} from '../../ports/records/records.ts';

interface ClaimRow {
  bodyHash: string;
  /** The id of what the request made. */
  resultId: string;
  atMs: number;
}

/** Kept 24 hours by promise; the janitor removes older rows, those of one account together. */
export const idempotencyClaims = defineTable<ClaimRow>('idempotency_claims', {
  partition: ['user_id'],
  clustering: ['key'],
});

/** The claims of a commit that makes `resultId`: empty when the request carried no key. */
export function claimWrites(claim: IdempotencyClaim | undefined, resultId: string, atMs: number): Write[] {
  if (!claim) return [];
  const { userId, key, bodyHash } = claim;
  return [write.insert(idempotencyClaims, [userId, key], { bodyHash, resultId, atMs })];
}

/**
 * The id that an earlier request with this key made, or undefined if the conflict is another write's.
 * Throws `idempotency-mismatch` if that request had another body.
 */
export function replayedResult(
  result: CommitResult,
  claim: IdempotencyClaim | undefined,
): string | undefined {
  if (result.ok || !claim || result.conflict.table.name !== idempotencyClaims.name) return undefined;
  return sameRequest(result.existing?.value as ClaimRow | undefined, claim);
}

/**
 * The same, asked before any work is done: for operations that are dear, or that would refuse the second
 * request for what the first one made. Undefined where the key is new.
 */
export async function findReplay(
  records: Records,
  claim: IdempotencyClaim | undefined,
): Promise<string | undefined> {
  const row = claim && (await records.get(idempotencyClaims, [claim.userId, claim.key]));
  return row && sameRequest(row.value, claim);
}

function sameRequest(existing: ClaimRow | undefined, claim: IdempotencyClaim): string {
  if (existing?.bodyHash !== claim.bodyHash) {
    throw new Refusal('idempotency-mismatch', 'This Idempotency-Key was used for another request.');
  }
  return existing.resultId;
}
