import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { davProperties } from './tables.ts';

const rowsPerRun = 100;
/** What was changed more recently may belong to a node that is not stored everywhere yet. */
const settledAfterMs = 86_400_000;
/** All rows are looked at about once in so long. */
const roundEveryMs = 24 * 3_600_000;

/** Takes away what an erased person's drive itself was given; true when nothing is left. */
export async function forgetOwnProperties(
  { records }: Pick<WebdavDeps, 'records'>,
  driveId: Id,
): Promise<boolean> {
  const row = await records.get(davProperties, [driveId]);
  if (!row) return true;
  const { ok } = await records.commit({
    decide: [write.remove(davProperties, [driveId], row.version)],
    hints: [{ kind: 'dav.properties-changed', key: driveId, data: { driveId, nodeId: driveId } }],
  });
  return ok;
}

/** What the janitor runs: takes away the properties of what was deleted for good. It goes round, and then rests. */
export function createPropertySteps({
  records,
  clock,
  files,
}: Pick<WebdavDeps, 'records' | 'clock' | 'files'>): { doing: string; run(): Promise<number> }[] {
  let cursor: string | undefined;
  let restsUntilMs = 0;
  return [
    {
      doing: 'forgetting properties of files that are gone',
      async run() {
        if (cursor === undefined && clock.nowMs() < restsUntilMs) return 0;
        const { rows, next } = await records.scan(davProperties, { cursor, limit: rowsPerRun });
        const settled = rows.filter(
          // A drive itself is no node that could be gone: what it has goes with whose it is.
          ({ key, value }) => key[0] !== value.driveId && value.changedAtMs < clock.nowMs() - settledAfterMs,
        );
        const areKept = await files.areKept(settled.map(({ key }) => key[0]!));
        for (const [i, { key, value, version }] of settled.entries()) {
          if (areKept[i]) continue;
          await records.commit({
            decide: [write.remove(davProperties, key, version)],
            hints: [{ kind: 'dav.properties-changed', key: value.driveId, data: { nodeId: key[0]! } }],
          });
        }
        cursor = next;
        if (next === undefined) restsUntilMs = clock.nowMs() + roundEveryMs;
        return rows.length;
      },
    },
  ];
}
