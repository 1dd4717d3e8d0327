import { eachLimited } from '../../src/lib/each-limited.ts';
import { type Progress, showProgress } from './progress.ts';

const filesAtOnce = 4;

/** What goes up or comes down: the bytes it is, and what it is called where it fails. */
interface Moved {
  sizeBytes: number;
  file: string;
}

/** Moves several at a time, showing how far all of it is. One that fails is told of and the others go on; answers how many did. */
export async function eachFile<Item extends Moved>(
  label: string,
  items: readonly Item[],
  move: (item: Item, progress: Progress) => Promise<void>,
  problems: readonly string[] = [],
): Promise<number> {
  const progress = showProgress(
    label,
    items.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  for (const problem of problems) progress.say(problem);
  let failed = problems.length;
  await eachLimited(items, filesAtOnce, async (item) => {
    try {
      await move(item, progress);
    } catch (error) {
      failed++;
      progress.say(`${item.file}: ${(error as Error).message}`);
    }
  });
  progress.end();
  return failed;
}
