import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import { type Records, type Row, type Write, write } from '../../ports/records/records.ts';
import type { DriveHead } from './drive-head.ts';
import { drives, driveTurns } from './tables.ts';

/** So long a turn counts that nobody ends. */
const turnMs = 500;
const lookMs = 10;
/** After so many looks nobody waits any longer, whatever clocks say. */
const looksMax = 2 * (turnMs / lookMs);

/**
 * Turns at drives, for processes that lost at them. Whoever decided last goes on from there at once, while everybody
 * else has to read first what was decided: without turns one process that writes all the time could keep out all
 * others. Only good manners: what is decided never depends on them.
 */
export interface DriveTurns {
  /** The drive's head, read when no other process has the turn. One wave of reads where none has. */
  head(driveId: Id): Promise<Row<DriveHead> | undefined>;
  /** Asks the others to wait. Ends with `endWrites`, or by itself after `turnMs`. */
  take(driveId: Id): Promise<void>;
  endWrites(driveId: Id): Write[];
}

export function createDriveTurns({ records, clock }: { records: Records; clock: Clock }): DriveTurns {
  if (records.commitsWhole) return noTurns(records);
  const self = randomUUID();
  const isOthers = async (driveId: Id) => {
    const turn = (await records.get(driveTurns, [driveId]))?.value;
    return turn !== undefined && turn.of !== self && turn.untilMs > clock.nowMs();
  };
  return {
    async head(driveId) {
      for (let look = 1; ; look++) {
        const [row, mustWait] = await Promise.all([records.get(drives, [driveId]), isOthers(driveId)]);
        if (!mustWait || look === looksMax) return row;
        await pause(lookMs);
      }
    },
    async take(driveId) {
      const turn = { of: self, untilMs: clock.nowMs() + turnMs };
      const hints = [{ kind: 'files.waiting', key: driveId, data: {} }];
      await records.commit({ decide: [], then: [write.put(driveTurns, [driveId], turn)], hints });
    },
    endWrites: (driveId) => [write.remove(driveTurns, [driveId])],
  };
}

/** Where one process writes alone. */
const noTurns = (records: Records): DriveTurns => ({
  head: (driveId) => records.get(drives, [driveId]),
  take: async () => {},
  endWrites: () => [],
});
