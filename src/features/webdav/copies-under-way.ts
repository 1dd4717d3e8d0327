/** Copies of more than one thing are made under a name of their own, so that no part of one is ever taken for the whole. */
import { randomUUID } from 'node:crypto';
import type { Id } from '../../lib/ids.ts';
import { onBehalfOf } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { RecordsError, type Row, write } from '../../ports/records/records.ts';
import type { WebdavDeps } from './context.ts';
import { PartlyDone } from './dav-refusal.ts';
import { goRound } from './go-round.ts';
import { davCopies } from './tables.ts';

type Storing = Pick<WebdavDeps, 'records' | 'clock'>;
type CopyRow = Row<{ driveId: Id; parentId: Id; startedAtMs: number }>;

/** No request takes as long: who made such a copy is gone. */
const leftAfterMs = 86_400_000;
const roundEveryMs = 3_600_000;

/** It says what it is to whoever sees it. */
const nameOf = (copyId: string) => `.copying-${copyId}`;

/** Makes a copy under a name that is noted first: where it is left behind, the janitor knows of it. */
export async function whileCopying<Result>(
  deps: Storing,
  { driveId, parentId }: { driveId: Id; parentId: Id },
  make: (name: string) => Promise<Result>,
): Promise<Result> {
  const copyId = randomUUID();
  const value = { driveId, parentId, startedAtMs: deps.clock.nowMs() };
  await deps.records.commit({
    decide: [write.insert(davCopies, [copyId], value)],
    hints: [hintOf(driveId)],
  });
  let isLeft = false;
  try {
    return await make(nameOf(copyId));
  } catch (error) {
    isLeft = error instanceof PartlyDone;
    throw error;
  } finally {
    if (!isLeft) await forgetCopy(deps, copyId);
  }
}

const hintOf = (driveId: Id) => ({ kind: 'dav.copies-changed', key: driveId, data: { driveId } });

/** What was done stands where this cannot be noted: the janitor finds nothing of that name then. */
async function forgetCopy({ records }: Storing, copyId: string): Promise<void> {
  try {
    const row = await records.get(davCopies, [copyId]);
    if (row) await removeRow({ records }, row);
  } catch (error) {
    if (!(error instanceof RecordsError)) throw error;
  }
}

const removeRow = ({ records }: Pick<Storing, 'records'>, { key, value, version }: CopyRow) =>
  records.commit({
    decide: [write.remove(davCopies, key, version)],
    hints: [hintOf(value.driveId)],
  });

/** What the janitor runs: puts into the trash what was left of copies. */
export const createCopyStep = (deps: Pick<WebdavDeps, 'records' | 'clock' | 'files'>) => ({
  doing: 'clearing away what is left of copies',
  run: goRound(deps, { table: davCopies, everyMs: roundEveryMs }, async (rows) => {
    for (const row of rows) {
      const isOld = row.value.startedAtMs < deps.clock.nowMs() - leftAfterMs;
      if (isOld && (await isGone(deps, row))) await removeRow(deps, row);
    }
  }),
});

/** False where it cannot be deleted for now. */
async function isGone({ files }: Pick<WebdavDeps, 'files'>, { key, value }: CopyRow): Promise<boolean> {
  const owner = onBehalfOf(value.driveId);
  try {
    const { id } = await files.get(owner, { id: value.parentId, below: [nameOf(key[0]!)] });
    await files.delete(owner, id);
    return true;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.code === 'not-found';
  }
}
