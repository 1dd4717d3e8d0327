import type { FilesContext } from './context.ts';
import { drives } from './tables.ts';
import { tendDrive } from './tend.ts';

const drivesPerRun = 20;
/** All drives are looked at about once in so long. */
export const tendEveryMs = 6 * 3_600_000;

/** What the janitor runs: it goes round all drives, and then rests. */
export function createTendSteps(context: FilesContext): { doing: string; run(): Promise<number> }[] {
  let cursor: string | undefined;
  let restsUntilMs = 0;
  return [
    {
      doing: 'clearing away old versions of files',
      async run() {
        const { records, clock } = context;
        if (cursor === undefined && clock.nowMs() < restsUntilMs) return 0;
        const { rows, next } = await records.scan(drives, { cursor, limit: drivesPerRun });
        let worked = 0;
        let isDone = true;
        for (const { key } of rows) {
          worked++;
          isDone = (await tendDrive(context, key[0]!)) && isDone;
        }
        // A drive with more to do is gone over again before those after it.
        if (!isDone) return worked;
        cursor = next;
        if (next === undefined) restsUntilMs = clock.nowMs() + tendEveryMs;
        return worked;
      },
    },
  ];
}
