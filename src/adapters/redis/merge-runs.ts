import { type Id, idFromNumber } from '../../lib/ids.ts';
import { KeyHeap } from '../../lib/key-heap.ts';
import { type HeadRun, runKeysAt } from './heads.ts';
import { type InboxRun, inboxKeysAt } from './inboxes.ts';

export interface RunsToMerge {
  authors: readonly Id[];
  /** One for each author. */
  heads: readonly HeadRun[];
  inbox: InboxRun | undefined;
  floor: number;
  limit: number;
}

/** The newest keys of all, each once, at or above the floor, and who wrote each. O(runs + limit · log runs). */
export function mergeRuns({ authors, heads, inbox, floor, limit }: RunsToMerge): {
  keys: number[];
  authors: Id[];
} {
  const heap = new KeyHeap();
  const keyAt = (source: number, nth: number) =>
    source < heads.length
      ? heads[source]!.packed.readDoubleBE(runKeysAt + 8 * nth)
      : inbox!.packed.readDoubleBE(inboxKeysAt + 16 * nth);
  const next = heads.map(({ count }) => count - 1);
  if (inbox) next.push(inbox.count - 1);
  for (let source = 0; source < next.length; source++) {
    if (next[source]! < 0) continue;
    const key = keyAt(source, next[source]!);
    if (key >= floor) heap.push(key, source);
  }
  const merged = { keys: [] as number[], authors: [] as Id[] };
  let last = Number.POSITIVE_INFINITY;
  while (heap.size > 0 && merged.keys.length < limit) {
    const { topKey: key, topSource: source } = heap;
    const nth = next[source]!;
    if (key !== last) {
      merged.keys.push(key);
      merged.authors.push(
        source < heads.length
          ? authors[source]!
          : idFromNumber(inbox!.packed.readDoubleBE(inboxKeysAt + 16 * nth + 8)),
      );
      last = key;
    }
    next[source] = nth - 1;
    const following = nth > 0 ? keyAt(source, nth - 1) : Number.NEGATIVE_INFINITY;
    if (following >= floor) heap.replaceTop(following);
    else heap.pop();
  }
  return merged;
}
