import { type Conflict, existingRow, readRow } from './claims.ts';
import type { CqlSession } from './cql.ts';
import type { Plan } from './plan.ts';

/** A conflict found by reading: where many want one row, all but the first find out cheaply. */
export async function standingConflict(
  session: CqlSession,
  { claims, decisions }: Plan,
): Promise<Conflict | undefined> {
  const writes = [...claims, ...decisions].sort((a, b) => a.index - b.index);
  const rows = await Promise.all(writes.map((planned) => readRow(session, planned, 'quorum')));
  for (const [i, row] of rows.entries()) {
    const planned = writes[i]!;
    // The first that fails is named: after a claim of which it is not known, nothing can be said.
    if (row?.version === 0 && row.confirmed !== row.tx) return undefined;
    const version = row?.version === undefined ? undefined : Math.max(1, row.version);
    if (version !== planned.version) {
      return { planned, existing: version === undefined ? undefined : existingRow(planned, row) };
    }
  }
  return undefined;
}

/** Decisions that were claims come before those in other partitions where they were named before them. */
export async function firstConflict(
  session: CqlSession,
  { decisions }: Plan,
  conflict: Conflict,
): Promise<Conflict> {
  for (const planned of decisions) {
    if (planned.index > conflict.planned.index) break;
    const row = await readRow(session, planned, 'serial');
    if (row?.version && row.version > 0) return { planned, existing: existingRow(planned, row) };
  }
  return conflict;
}
