import { isDeepStrictEqual } from 'node:util';
import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Hint } from '../../ports/log/log.ts';
import {
  commitWritesMax,
  type Records,
  RecordsError,
  type Row,
  type Table,
  type Write,
  write,
} from '../../ports/records/records.ts';
import type { Contents } from '../contents/index.ts';
import { Draft } from './draft.ts';
import { type DriveHead, type Effect, effectsOf, emptyHead } from './drive-head.ts';
import { createDriveTurns, type DriveTurns } from './drive-turns.ts';
import { stretchOf } from './journal.ts';
import { positionKey } from './node.ts';
import { onceView, storedView } from './overlay.ts';
import { concernedBy } from './shares.ts';
import * as tables from './tables.ts';
import {
  type Edit,
  type EditOptions,
  mendClaims,
  type PreparedEdit,
  prepareEdits,
  type WaitingEdit,
} from './waiting-edits.ts';

export interface DriveWriter {
  /** Carries out an edit in one commit, which others that wait for the same drive share. */
  edit<Result>(driveId: Id, edit: Edit<Result>, options?: EditOptions<Result>): Promise<Result>;
  /** Whether what that head's commit wrote is known to be stored. */
  isStored(driveId: Id, headVersion: number): boolean;
}

export interface DriveWriterDeps {
  records: Records;
  clock: Clock;
  contents: Pick<Contents, 'useWrites' | 'endUseWrites'>;
}

/** Of one drive; more are refused. */
const waitingMax = 10_000;
/** Beside what edits write: the head, the row beside it, the journal, and the end of a turn. */
const ownWrites = 4;
const editWritesMax = (records: Records) => (records.writesMax ?? commitWritesMax) - ownWrites;
/** How often a commit that lost its race is made anew. */
const attemptsMax = 24;
/** After so many lost races, and again after as many more, the others are asked to wait. */
const lossesMax = 2;
const settleAttemptsMax = 3;
/** Drives whose newest commit is known to be readable; the others are looked at when they are written to. */
const settledMax = 10_000;

const tableByName = new Map<string, Table<object>>(
  Object.values(tables).map((table) => [table.name, table as Table<object>]),
);

/**
 * Puts changes of drives in order. Edits of one drive wait for each other; those that wait together are evaluated one
 * on top of the other and decided by one commit, so a drive takes thousands of changes a second although each commit
 * waits for the disk.
 */
export function createDriveWriter(deps: DriveWriterDeps): DriveWriter {
  const queues = new Map<Id, WaitingEdit[]>();
  const settled = new Map<Id, number>();
  const turns = createDriveTurns(deps);

  const drain = async (driveId: Id, queue: WaitingEdit[]) => {
    while (queue.length > 0) await carryOut(deps, { driveId, queue, settled, turns, hasTurn: false });
    queues.delete(driveId);
  };

  return {
    isStored: (driveId, headVersion) =>
      deps.records.commitsWhole === true || settled.get(driveId) === headVersion,
    edit(driveId, edit, options = {}) {
      return new Promise((resolve, reject) => {
        const queue = queues.get(driveId);
        if (queue && queue.length >= waitingMax) {
          reject(new Refusal('unavailable', 'Too many changes are waiting.', { retryAfterSeconds: 1 }));
          return;
        }
        const waiting = { edit, options, resolve, reject } as WaitingEdit;
        if (queue) {
          queue.push(waiting);
          return;
        }
        const begun = [waiting];
        queues.set(driveId, begun);
        void drain(driveId, begun);
      });
    },
  };
}

interface Round {
  driveId: Id;
  queue: WaitingEdit[];
  settled: Map<Id, number>;
  turns: DriveTurns;
  hasTurn: boolean;
}

type Outcome = 'decided' | 'mended' | 'lost';

/** One commit, of as many edits as fit. Whatever happens, the first that waits is answered. */
async function carryOut(deps: DriveWriterDeps, round: Round): Promise<void> {
  const { queue } = round;
  let prepared: PreparedEdit[] = [];
  try {
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      prepared = [];
      if (attempt > 1 && (attempt - 1) % lossesMax === 0) {
        await round.turns.take(round.driveId);
        round.hasTurn = true;
      }
      const row = await round.turns.head(round.driveId);
      if (row && !(await isSettled(deps, round, row))) continue;
      const draft = emptyDraft(deps, round.driveId, row);
      await prepareEdits(queue, draft, editWritesMax(deps.records), prepared);
      const outcome = draft.isEmpty
        ? await isStillHead(deps, round, row)
        : await commitDraft(deps, round, row, draft, prepared);
      // No race was lost: whoever stood in the way is answered, or in the way no more.
      if (outcome === 'mended') attempt--;
      if (outcome === 'decided') {
        for (const each of prepared) {
          queue.splice(queue.indexOf(each.waiting), 1);
          each.settle();
        }
        return;
      }
    }
    throw new Refusal('conflict', 'These files are being changed by too many at once. Try again.');
  } catch (error) {
    const failed = prepared.length > 0 ? prepared.map(({ waiting }) => waiting) : queue.slice(0, 1);
    for (const each of failed) {
      const place = queue.indexOf(each);
      if (place >= 0) queue.splice(place, 1);
      each.reject(error);
    }
  } finally {
    if (round.hasTurn) await round.turns.end(round.driveId);
  }
}

function emptyDraft(
  { records, clock }: DriveWriterDeps,
  driveId: Id,
  row: Row<DriveHead> | undefined,
): Draft {
  const head = row?.value ?? emptyHead(driveId);
  const numbers = { ...head, atMs: Math.max(clock.nowMs(), head.atMs) };
  return new Draft(driveId, onceView(storedView(records)), numbers);
}

async function commitDraft(
  { records, clock, contents }: DriveWriterDeps,
  round: Round,
  row: Row<DriveHead> | undefined,
  draft: Draft,
  prepared: readonly PreparedEdit[],
): Promise<Outcome> {
  const { driveId, queue, settled, turns, hasTurn } = round;
  const { numbers, changes } = draft;
  if (changes.length > 0) {
    const place = [driveId, stretchOf(numbers.position), positionKey(numbers.position)];
    draft.view.put(tables.fileJournal, place, { atMs: numbers.atMs, changes });
  }
  const effects = draft.view.effects();
  const result = await records.commit({
    claims: prepared.flatMap(({ claims }) => claims),
    decide: headWrites(
      driveId,
      numbers,
      records.commitsWhole ? noEffects : JSON.stringify(effects),
      row?.version,
    ),
    then: [
      ...effects.map(writeOf),
      ...draft.uses.flatMap(({ contentId, use, begins }) =>
        begins ? contents.useWrites(contentId, use) : contents.endUseWrites(contentId, use),
      ),
      ...prepared.flatMap(({ then }) => then),
      ...(hasTurn ? turns.endWrites(driveId) : []),
    ],
    hints: [await hintOf(records, driveId, draft)],
  });
  if (result.ok) {
    round.hasTurn = false;
    if (result.isThenPending) await settleNow({ records, clock, contents }, round);
    else remember(settled, driveId, (row?.version ?? 0) + 1);
    return 'decided';
  }
  return (await mendClaims(result, queue, prepared)) ? 'mended' : 'lost';
}

/** Where the rest of a commit is there with it, nobody needs to be told what it was. */
const noEffects = '[]';

/** The head and what stands beside it, which have one version. */
function headWrites(driveId: Id, head: DriveHead, effects: string, version: number | undefined): Write[] {
  return version === undefined
    ? [
        write.insert(tables.drives, [driveId], head),
        write.insert(tables.driveEffects, [driveId], { effects }),
      ]
    : [
        write.replace(tables.drives, [driveId], head, version),
        write.replace(tables.driveEffects, [driveId], { effects }, version),
      ];
}

/** Names whom the changes concern: the owner, and those with whom something is shared that they lie in. */
async function hintOf(records: Records, driveId: Id, { numbers, changes }: Draft): Promise<Hint> {
  const touched = changes.flatMap(({ trail, formerTrail = [], node }) => [
    ...trail,
    ...formerTrail,
    ...(node ? [node.id] : []),
  ]);
  const userIds = [driveId, ...(await concernedBy({ records }, driveId, new Set(touched)))];
  return {
    kind: 'files.changed',
    key: driveId,
    data: { driveId, position: numbers.position, userIds: userIds.join(' ') },
  };
}

/** Where nothing is to be written: what was read while somebody else wrote may be of two times, and decides nothing. */
async function isStillHead(
  { records }: DriveWriterDeps,
  { driveId }: Round,
  row: Row<DriveHead> | undefined,
): Promise<Outcome> {
  return (await records.get(tables.drives, [driveId]))?.version === row?.version ? 'decided' : 'lost';
}

/**
 * Whether what the head's commit wrote can be read, so that one may go on from there. Where it cannot, because its
 * writer or an engine stopped in between, it is written again, decided at the head like any change.
 */
async function isSettled(
  { records }: DriveWriterDeps,
  { driveId, settled }: Round,
  row: Row<DriveHead>,
): Promise<boolean> {
  if (records.commitsWhole || settled.get(driveId) === row.version) return true;
  const beside = await records.get(tables.driveEffects, [driveId]);
  // Otherwise the head has moved on.
  if (beside?.version !== row.version) return false;
  const effects = effectsOf(beside.value);
  if (await areStored(records, effects)) {
    remember(settled, driveId, row.version);
    return true;
  }
  const result = await records.commit({
    decide: headWrites(driveId, row.value, beside.value.effects, row.version),
    then: effects.map(writeOf),
    hints: [
      {
        kind: 'files.changed',
        key: driveId,
        data: { driveId, position: row.value.position, userIds: driveId },
      },
    ],
  });
  if (result.ok && !result.isThenPending) remember(settled, driveId, row.version + 1);
  return false;
}

/** What was decided is done: this only tries to have it read before it is acknowledged. */
async function settleNow(deps: DriveWriterDeps, round: Round): Promise<void> {
  try {
    for (let attempt = 1; attempt <= settleAttemptsMax; attempt++) {
      const row = await deps.records.get(tables.drives, [round.driveId]);
      if (!row || (await isSettled(deps, round, row))) return;
    }
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
  }
}

async function areStored(records: Records, effects: readonly Effect[]): Promise<boolean> {
  for (const [name, table] of tableByName) {
    const written = effects.filter((effect) => effect.table === name);
    if (written.length === 0) continue;
    const rows = await records.getMany(
      table,
      written.map(({ key }) => key),
    );
    if (!written.every(({ value }, i) => isDeepStrictEqual(rows[i]?.value ?? null, value))) return false;
  }
  return true;
}

function remember(settled: Map<Id, number>, driveId: Id, version: number): void {
  if (settled.size >= settledMax) settled.clear();
  settled.set(driveId, version);
}

function writeOf({ table: name, key, value }: Effect): Write {
  const table = tableByName.get(name)!;
  return value === null ? write.remove(table, key) : write.put(table, key, value);
}
