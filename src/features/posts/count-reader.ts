import type { Id } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import { loadingCache } from '../../ports/cache/loading-cache.ts';
import type { Records } from '../../ports/records/records.ts';
import { type PostCounts, type ReactionKind, reactionKinds } from './post.ts';
import { postCounts } from './tables.ts';

/** How many posts' counts a process remembers. */
const countsKeptMax = 50_000;

/** Counts with their JSON text, which is joined far more often than the counts change. */
export interface CountsEntry {
  counts: PostCounts;
  json: string;
}

export interface CountReader {
  entries(ids: readonly Id[]): Promise<CountsEntry[]>;
  forget(id: Id): void;
}

export function countsEntry(row: Record<string, number> | undefined): CountsEntry {
  const reactions: Partial<Record<ReactionKind, number>> = {};
  for (const kind of reactionKinds) {
    const count = row?.[kind] ?? 0;
    if (count > 0) reactions[kind] = count;
  }
  const counts: PostCounts = {
    likes: Math.max(0, row?.['likes'] ?? 0),
    comments: Math.max(0, row?.['comments'] ?? 0),
    reactions,
  };
  return { counts, json: JSON.stringify(counts) };
}

export function createCountReader({
  records,
  changes,
}: {
  records: Records;
  changes?: RecentChanges | undefined;
}): CountReader {
  const cache = loadingCache<CountsEntry>({
    sizeMax: countsKeptMax,
    async load(ids) {
      const rows = await records.getMany(
        postCounts,
        ids.map((id) => [id]),
      );
      return rows.map((row) => countsEntry(row?.value));
    },
  });
  return {
    // Every id has counts, if only of nothing.
    entries: (ids) => cache.getMany(ids) as Promise<CountsEntry[]>,
    forget(id) {
      cache.invalidate(id);
      changes?.record(id);
    },
  };
}
