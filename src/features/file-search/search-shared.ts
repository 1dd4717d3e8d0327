import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { FileSearchDeps } from './context.ts';
import type { FoundFile } from './search-files.ts';
import { bearsWords } from './words.ts';

/** What one may see beyond this many is left to the next page, however few were found. */
const passedMax = 5000;
/** A folder is a read of its own, and counts as so many files. */
const folderCounts = 10;

interface Wanted {
  rootId: Id;
  words: readonly string[];
  limit: number;
  from: string | undefined;
}

/**
 * In a folder of somebody else's. The index has the names of their whole drive: how long a search in it goes on would tell
 * of those that one may not see. So this looks at the names that one may see, in the order of the folders.
 */
export async function searchShared(
  { files }: FileSearchDeps,
  principal: Principal,
  { rootId, words, limit, from }: Wanted,
): Promise<{ items: FoundFile[]; next: string | null }> {
  const found: { id: Id; before: string | undefined }[] = [];
  let at = from;
  let passed = 0;
  let isWhole = true;
  for await (const { id, kind, name, stop } of files.walkBelow(principal, rootId, from)) {
    if (bearsWords(name, words)) found.push({ id, before: at });
    at = stop;
    passed += kind === 'folder' ? folderCounts : 1;
    isWhole = found.length <= limit && passed < passedMax;
    if (!isWhole) break;
  }
  const shown = found.slice(0, limit);
  const findings = await files.findShown(
    principal,
    rootId,
    shown.map(({ id }) => id),
  );
  return {
    items: findings.flatMap((finding) => (typeof finding === 'string' ? [] : [finding])),
    next: isWhole ? null : (found[limit]?.before ?? at)!,
  };
}
