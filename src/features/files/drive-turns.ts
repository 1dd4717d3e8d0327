import { randomUUID } from 'node:crypto';
import type { Id } from '../../lib/ids.ts';
import { pause } from '../../lib/waiting.ts';
import { type Records, RecordsError, type Row, type Write, write } from '../../ports/records/records.ts';
import type { DriveHead } from './drive-head.ts';
import { drives, driveTurns } from './tables.ts';

const lookMs = 10;
/** So often the others look whether a turn has ended; after half a second they believe that nobody will end it. */
const looksMax = 50;
/** Turns that were waited for to no avail, by drive; of those forgotten the next is waited for again. */
const givenUpMax = 1000;

/**
 * Turns at drives, for processes that lost at them. Whoever decided last goes on from there at once, while everybody
 * else has to read first what was decided: without turns one process that writes all the time could keep out all
 * others. Only good manners: what is decided never depends on them, and no clocks are compared.
 */
export interface DriveTurns {
  /** The drive's head, read when no other process has the turn. One wave of reads where none has. */
  head(driveId: Id): Promise<Row<DriveHead> | undefined>;
  /** Asks the others to wait until `endWrites` are written, or for half a second. */
  take(driveId: Id): Promise<void>;
  /** To go with what was waited for: at most one. */
  endWrites(driveId: Id): Write[];
  /** Where nothing came to be written. */
  end(driveId: Id): Promise<void>;
}

export function createDriveTurns({ records }: { records: Records }): DriveTurns {
  if (records.commitsWhole) return noTurns(records);
  const self = randomUUID();
  let taken = 0;
  const givenUp = new Map<Id, string>();
  const othersTurn = async (driveId: Id) => {
    const turn = (await records.get(driveTurns, [driveId]))?.value;
    return turn === undefined || turn.of === self ? undefined : `${turn.of} ${turn.nth}`;
  };
  const tell = async (driveId: Id, then: Write) => {
    const hints = [{ kind: 'files.waiting', key: driveId, data: {} }];
    try {
      await records.commit({ decide: [], then: [then], hints });
    } catch (error) {
      if (!(error instanceof RecordsError)) throw error;
    }
  };
  return {
    async head(driveId) {
      for (let look = 1; ; look++) {
        const [row, turn] = await Promise.all([records.get(drives, [driveId]), othersTurn(driveId)]);
        if (turn === undefined || givenUp.get(driveId) === turn) return row;
        if (look >= looksMax) {
          if (givenUp.size >= givenUpMax) givenUp.clear();
          givenUp.set(driveId, turn);
          return row;
        }
        await pause(lookMs);
      }
    },
    take: (driveId) => tell(driveId, write.put(driveTurns, [driveId], { of: self, nth: ++taken })),
    endWrites: (driveId) => [write.remove(driveTurns, [driveId])],
    end: (driveId) => tell(driveId, write.remove(driveTurns, [driveId])),
  };
}

/** Where one process writes alone. */
const noTurns = (records: Records): DriveTurns => ({
  head: (driveId) => records.get(drives, [driveId]),
  take: async () => {},
  endWrites: () => [],
  end: async () => {},
});
