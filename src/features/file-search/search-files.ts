import { fillPage } from '../../lib/filtered-page.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { openCursor, sealCursor } from '../../lib/sealed-cursors.ts';
import { commitWritesMax, type Key, listLimitMax, type Row, write } from '../../ports/records/records.ts';
import type { Finding } from '../files/index.ts';
import type { FileSearchDeps } from './context.ts';
import { catchUp } from './follow-journal.ts';
import { searchShared } from './search-shared.ts';
import { fileIndexMarks, fileNameWords, type IndexMark } from './tables.ts';
import { longestOf, shelfOf, wordAndNode, wordsOfName, wordsOfQuery } from './words.ts';

export interface FileQuery {
  q: string;
  /** Default all of one's own. */
  rootId?: string | undefined;
  limit: number;
  cursor?: string | undefined;
}

export type FoundFile = Exclude<Finding, string>;

/** So many changes a search takes into the index itself; more are left to the background. */
const searchChangesMax = 2000;
/** Above every character that begins a word. */
const last = '\u{10ffff}';

/** Files and folders by the words of their names: one's own in the order of the word that was found. */
export async function searchFiles(
  deps: FileSearchDeps,
  principal: Principal,
  { q, rootId = principal.userId, limit, cursor }: FileQuery,
  goOn: (driveId: Id) => void,
): Promise<{ items: FoundFile[]; nextCursor: string | null }> {
  const words = wordsOfQuery(q);
  const listed = `file-search ${principal.userId} ${rootId}`;
  const from = openCursor(deps.cursorKey, listed, cursor);
  const driveId = await deps.files.driveShown(principal, rootId);
  if (driveId !== principal.userId) {
    const { items, next } = await searchShared(deps, principal, { rootId, words, limit, from });
    return { items, nextCursor: next === null ? null : sealCursor(deps.cursorKey, listed, next) };
  }
  if (!(await catchUp(deps, driveId, searchChangesMax))) goOn(driveId);
  const mark = await deps.records.get(fileIndexMarks, [driveId]);
  const longest = longestOf(words);
  const stale: Key[] = [];
  const page = await fillPage<Key, FoundFile>({
    limit,
    from,
    async read(after, count) {
      const bounds = { after: after ?? longest, before: longest + last };
      const shelf = [driveId, shelfOf(longest)];
      const rows = await deps.records.list(fileNameWords, shelf, {
        ...bounds,
        limit: Math.min(count, listLimitMax),
      });
      return rows.map(({ key }) => key);
    },
    async show(keys) {
      const ids = keys.map((key) => wordAndNode(key[2]!)[1]);
      const found = await deps.files.findShown(principal, rootId, ids);
      return found.map((each, i) => {
        const said = judge(each, wordAndNode(keys[i]![2]!)[0], words, longest);
        if (said === 'stale') stale.push(keys[i]!);
        return typeof said === 'string' ? undefined : said;
      });
    },
    keyOf: (key) => key[2]!,
  });
  if (stale.length > 0 && mark) removeStale(deps, mark, stale);
  return {
    items: page.items,
    nextCursor: page.next === null ? null : sealCursor(deps.cursorKey, listed, page.next),
  };
}

/** A name may bear several words with the same beginning: it is shown at the first. */
function judge(
  found: Finding,
  word: string,
  words: readonly string[],
  longest: string,
): FoundFile | 'hidden' | 'stale' {
  if (found === 'gone') return 'stale';
  if (found === 'hidden') return 'hidden';
  const borne = wordsOfName(found.node.entry!.name);
  if (!borne.includes(word)) return 'stale';
  const isFirst = borne.filter((each) => each.startsWith(longest)).sort()[0] === word;
  const bearsAll = words.every((each) => borne.some((one) => one.startsWith(each)));
  return isFirst && bearsAll ? found : 'hidden';
}

/**
 * Nobody waits for it; what is not removed is met again. Only while the index is as it was before the words were found
 * stale: a name may have come back since.
 */
function removeStale({ records, report }: FileSearchDeps, mark: Row<IndexMark>, keys: readonly Key[]): void {
  const driveId = mark.key[0]!;
  records
    .commit({
      decide: [write.replace(fileIndexMarks, [driveId], mark.value, mark.version)],
      then: keys.slice(0, commitWritesMax - 1).map((key) => write.remove(fileNameWords, key)),
      hints: [{ kind: 'files.indexed', key: driveId, data: { driveId } }],
    })
    .catch((error: unknown) => report(error, 'clearing the index of names'));
}
