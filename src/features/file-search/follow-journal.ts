import type { Id } from '../../lib/ids.ts';
import { commitWritesMax, type Write, write } from '../../ports/records/records.ts';
import type { Change } from '../files/index.ts';
import type { FileSearchDeps } from './context.ts';
import { fileIndexMarks, fileNameWords, type IndexMark } from './tables.ts';
import { keyOf, wordsOfName } from './words.ts';

/** The mark itself is one. */
const writesMax = commitWritesMax - 1;
/** Changes that mean nothing here and are gone past by one commit. */
const changesPerCommitMax = 1000;
/** Commits lost to others who do the same, in a row. */
const lostMax = 8;

type Task = 'index' | 'erase';

/**
 * Takes what happened in a drive since its mark into the index, at most so many changes; true when nothing is left.
 * Whoever does the same at the same time does no harm: one of the two goes on.
 */
export const catchUp = (deps: FileSearchDeps, driveId: Id, changesMax: number): Promise<boolean> =>
  followJournal(deps, driveId, { task: 'index', changesMax });

/** Walks through the journal once more, and takes out what it ever brought; true when nothing is left. */
export const eraseIndex = (deps: FileSearchDeps, driveId: Id, changesMax: number): Promise<boolean> =>
  followJournal(deps, driveId, { task: 'erase', changesMax });

async function followJournal(
  { records, files }: FileSearchDeps,
  driveId: Id,
  { task, changesMax }: { task: Task; changesMax: number },
): Promise<boolean> {
  let left = changesMax;
  for (let lost = 0; lost < lostMax; ) {
    const row = await records.get(fileIndexMarks, [driveId]);
    const mark = markFor(task, row?.value);
    if (!mark) return true;
    const batch = await nextBatch(files.journalAfter(driveId, mark.position), driveId, task, left);
    const isUnchanged = batch.position === undefined && mark === row?.value;
    // A drive that nothing ever happened in has nothing to erase either.
    if (isUnchanged || (batch.position === undefined && mark.position === 0)) return true;
    const next = { ...mark, position: batch.position ?? mark.position };
    const result = await records.commit({
      decide: [
        row
          ? write.replace(fileIndexMarks, [driveId], next, row.version)
          : write.insert(fileIndexMarks, [driveId], next),
      ],
      then: batch.writes,
      hints: [{ kind: 'files.indexed', key: driveId, data: { driveId } }],
    });
    if (!result.ok) {
      lost++;
      continue;
    }
    if (batch.isLast) return true;
    left -= batch.changes;
    if (left <= 0) return false;
  }
  return false;
}

/** Where to go on; undefined where nothing is to be done. */
function markFor(task: Task, found: IndexMark | undefined): IndexMark | undefined {
  if (task === 'index') return found?.isErased ? undefined : (found ?? { position: 0 });
  return found?.isErased ? found : { position: 0, isErased: true };
}

interface Batch {
  writes: Write[];
  /** Undefined where there was nothing. */
  position: number | undefined;
  changes: number;
  isLast: boolean;
}

/** As many changes as fit one commit. A row is written once in it: the last word counts. */
async function nextBatch(
  journal: AsyncIterable<[number, Change]>,
  driveId: Id,
  task: Task,
  left: number,
): Promise<Batch> {
  const writes = new Map<string, Write>();
  let position: number | undefined;
  let changes = 0;
  for await (const [at, change] of journal) {
    const made = writesOf(driveId, change, task);
    const isFull = writes.size + made.size > writesMax || changes >= Math.min(left, changesPerCommitMax);
    if (isFull && changes > 0) return { writes: [...writes.values()], position, changes, isLast: false };
    for (const [place, each] of made) writes.set(place, each);
    position = at;
    changes++;
  }
  return { writes: [...writes.values()], position, changes, isLast: true };
}

/** What was renamed leaves words behind, and so does what lay in a folder that went: a search sees to them. */
function writesOf(driveId: Id, { kind, node }: Change, task: Task): Map<string, Write> {
  const made = new Map<string, Write>();
  const brings = kind === 'created' || kind === 'moved' || kind === 'restored';
  if (!node || (!brings && kind !== 'deleted')) return made;
  for (const word of wordsOfName(node.name)) {
    const key = keyOf(driveId, word, node.id);
    const isPut = brings && task === 'index';
    made.set(key[2]!, isPut ? write.put(fileNameWords, key, {}) : write.remove(fileNameWords, key));
  }
  return made;
}
