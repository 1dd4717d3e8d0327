import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { goRound } from './go-round.ts';
import { davProperties } from './tables.ts';

/** What was changed more recently may belong to a node that is not stored everywhere yet. */
const settledAfterMs = 86_400_000;
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

/** What the janitor runs: takes away the properties of what was deleted for good. */
export const createPropertyStep = (deps: Pick<WebdavDeps, 'records' | 'clock' | 'files'>) => ({
  doing: 'forgetting properties of files that are gone',
  run: goRound(deps, { table: davProperties, everyMs: roundEveryMs }, async (rows) => {
    const settledAtMs = deps.clock.nowMs() - settledAfterMs;
    // A drive itself is no node that could be gone: what it has goes with whose it is.
    const settled = rows.filter(
      ({ key, value }) => key[0] !== value.driveId && value.changedAtMs < settledAtMs,
    );
    const areKept = await deps.files.areKept(settled.map(({ key }) => key[0]!));
    for (const [i, { key, value, version }] of settled.entries()) {
      if (areKept[i]) continue;
      await deps.records.commit({
        decide: [write.remove(davProperties, key, version)],
        hints: [{ kind: 'dav.properties-changed', key: value.driveId, data: { nodeId: key[0]! } }],
      });
    }
  }),
});
