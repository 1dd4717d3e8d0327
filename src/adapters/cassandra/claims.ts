import { pause } from '../../lib/waiting.ts';
import type { Row } from '../../ports/records/records.ts';
import {
  claimStatement,
  confirmStatement,
  type Home,
  releaseStatement,
  rowColumns,
  type Standing,
  type StoredRow,
  storedRow,
  type Target,
  visibleRow,
} from './conditional-rows.ts';
import { type CqlSession, one, UnknownOutcome } from './cql.ts';
import type { Markers } from './markers.ts';
import type { PlannedWrite } from './plan.ts';
import type { Stamps } from './stamps.ts';

export interface Conflict {
  planned: PlannedWrite;
  existing: Row<object> | undefined;
}

/** One attempt at a commit. Its stamp is raised above what it finds, until it is decided. */
export interface Minted {
  id: string;
  stamp: number;
}

export interface Holder {
  session: CqlSession;
  markers: Markers;
  stamps: Stamps;
  random: () => number;
}

const attemptsMax = 12;

/** What stands where a write goes, with the commit that holds it settled if need be. */
export async function standingOf(
  { markers, stamps }: Holder,
  row: StoredRow | undefined,
  ownId: string,
): Promise<Exclude<Standing, { is: 'unseen' }> | { is: 'never' }> {
  stamps.observe(row?.stamp);
  if (row?.version === undefined) return { is: row?.stamp === undefined ? 'never' : 'gone' };
  if (row.version > 0) return { is: 'there', version: row.version };
  const outcome = await markers.settle(row, ownId);
  if (outcome.is === 'committed') stamps.observe(outcome.stamp);
  return { is: 'claimed', tx: row.tx!, standing: outcome.is === 'committed' };
}

/** The row that stands there, as callers see it. */
export function existingRow(planned: PlannedWrite, row: StoredRow | undefined): Row<object> | undefined {
  const { table } = planned.write;
  return row && visibleRow(table, row);
}

export async function readRow(
  session: CqlSession,
  { home, family, key }: Target,
  level: 'quorum' | 'serial',
): Promise<StoredRow | undefined> {
  const cql = `SELECT ${rowColumns} FROM ${home.table} WHERE partition = ? AND family = ? AND key = ?`;
  const { rows } = await session.run(one('read', cql, [home.partition, family, key], { level }));
  return rows[0] && storedRow(rows[0]);
}

/** Takes a claim for a commit; answers the conflict if the row is another's for good. */
export async function takeClaim(
  holder: Holder,
  planned: PlannedWrite,
  commit: Minted,
  decidesAt: Home,
): Promise<Conflict | undefined> {
  const { session, stamps, random } = holder;
  const { id } = commit;
  let standing: Standing = { is: 'unseen' };
  for (let attempt = 1; ; attempt++) {
    // What stood there before may be stamped above the commit, and what follows the commit must be above that.
    if (standing.is !== 'unseen') commit.stamp = stamps.next();
    const statement = claimStatement(planned, standing, { stamp: commit.stamp, tx: id, decidesAt });
    try {
      const answer = await session.run({ kind: 'claim', statements: [statement], conditional: true });
      if (answer.applied) return undefined;
    } catch (error) {
      if (!(error instanceof UnknownOutcome)) throw error;
    }
    if (attempt >= attemptsMax) throw new UnknownOutcome('A claim is contended too much.');
    if (attempt > 1) await pause(attempt * 10 * random());
    const row = await readRow(session, planned, 'serial');
    if (row?.version === 0 && row.tx === id) return undefined;
    const found = await standingOf(holder, row, id);
    if (found.is === 'there' || (found.is === 'claimed' && found.standing)) {
      return { planned, existing: existingRow(planned, row) };
    }
    standing = found.is === 'never' ? { is: 'unseen' } : found;
  }
}

/** Gives up the claims of a commit that will never be. */
export async function releaseClaims(
  session: CqlSession,
  claims: readonly Target[],
  { id, stamp }: { id: string; stamp: number },
): Promise<void> {
  await Promise.all(
    claims.map((claim) =>
      session.run({ kind: 'release', statements: [releaseStatement(claim, id, stamp)], conditional: true }),
    ),
  );
}

/** Notes that the claims of a committed commit stand. */
export async function confirmClaims(
  session: CqlSession,
  claims: readonly Target[],
  { id, stamp }: { id: string; stamp: number },
): Promise<void> {
  await Promise.all(
    claims.map((claim) => session.run({ kind: 'confirm', statements: [confirmStatement(claim, id, stamp)] })),
  );
}
