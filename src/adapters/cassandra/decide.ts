import { pause } from '../../lib/waiting.ts';
import { type Conflict, existingRow, type Holder, type Minted, standingOf } from './claims.ts';
import { decideStatement, type Home, type Standing, type StoredRow, storedRow } from './conditional-rows.ts';
import { type CqlAnswer, type CqlRow, UnknownOutcome } from './cql.ts';
import { markerFamily } from './layout.ts';
import { markerStatement, type Outcome, outcomeOf } from './markers.ts';
import type { PlannedWrite } from './plan.ts';

const attemptsMax = 12;
const pauseMs = 10;

export type Decision =
  /** `unclaimed`: rows that stood as claims and were removed; their notes of confirmation go after them. */
  | { is: 'committed'; stamp: number; unclaimed: PlannedWrite[] }
  | { is: 'aborted' }
  | { is: 'conflict'; conflict: Conflict };

export interface Deciding {
  decisions: readonly PlannedWrite[];
  home: Home;
}

/**
 * Decides a commit: all its conditional writes and its marker take effect in one batch, or none does. A batch whose
 * outcome is unknown is settled by the marker; where it cannot be, UnknownOutcome is thrown and the sweep will know.
 */
export async function decide(
  holder: Holder,
  { decisions, home }: Deciding,
  commit: Minted,
): Promise<Decision> {
  const { stamps, markers, random } = holder;
  let standings: Standing[] = decisions.map(() => ({ is: 'unseen' }));
  const decided = (outcome: Outcome): Decision =>
    outcome.is === 'aborted'
      ? outcome
      : {
          ...outcome,
          unclaimed: decisions.filter((each, i) => each.text === undefined && standings[i]!.is === 'claimed'),
        };
  /** A batch of ours may still be on its way. */
  let loose = false;
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    if (attempt > 1) await pause(Math.min(attempt, 6) * pauseMs * random());
    const answer = await send(holder, { decisions, home }, standings, commit);
    if (answer === 'unknown') {
      loose = true;
      const outcome = await markers.read(home, commit.id, 'serial');
      if (outcome) return decided(outcome);
      continue;
    }
    if (answer.applied) return decided({ is: 'committed', stamp: commit.stamp });
    const found = await examine(holder, decisions, answer, commit.id);
    if ('is' in found) return decided(found);
    if ('planned' in found) {
      const outcome = loose ? await markers.abort(home, commit.id) : undefined;
      return outcome?.is === 'committed' ? decided(outcome) : { is: 'conflict', conflict: found };
    }
    standings = found.standings;
    commit.stamp = stamps.next();
  }
  const outcome = await markers.abort(home, commit.id);
  if (outcome.is === 'committed') return decided(outcome);
  throw new UnknownOutcome('The rows are contended too much.');
}

async function send(
  { session }: Holder,
  { decisions, home }: Deciding,
  standings: readonly Standing[],
  { id, stamp }: Minted,
): Promise<CqlAnswer | 'unknown'> {
  const statements = decisions.map((each, i) => decideStatement(each, standings[i]!, stamp));
  statements.push(markerStatement(home, id, stamp));
  try {
    return await session.run({ kind: 'decide', statements, conditional: true });
  } catch (error) {
    if (error instanceof UnknownOutcome) return 'unknown';
    throw error;
  }
}

/** Why a batch did not take effect: its outcome, the first conflict, or what to expect next time. */
async function examine(
  holder: Holder,
  decisions: readonly PlannedWrite[],
  { rows }: CqlAnswer,
  ownId: string,
): Promise<Outcome | Conflict | { standings: Standing[] }> {
  const marker = rows.find((row) => row['family'] === markerFamily && row['key'] === ownId);
  if (marker) return outcomeOf(marker);
  const stored = rowsByPlace(rows);
  const standings: Standing[] = [];
  for (const planned of decisions) {
    const row = stored.get(`${planned.family}\0${planned.key}`);
    const found = await standingOf(holder, row, ownId);
    const version =
      found.is === 'there' ? found.version : found.is === 'claimed' && found.standing ? 1 : undefined;
    if (version !== planned.version) {
      return { planned, existing: version === undefined ? undefined : existingRow(planned, row) };
    }
    standings.push(found.is === 'never' ? { is: 'unseen' } : found);
  }
  return { standings };
}

function rowsByPlace(rows: readonly CqlRow[]): Map<string, StoredRow> {
  const found = rows.map((row) => storedRow(row));
  return new Map(found.map((row) => [`${row.family}\0${row.key}`, row]));
}
