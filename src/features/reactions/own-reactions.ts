import type { Id } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import { loadingCache } from '../../ports/cache/loading-cache.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { ReactionKind, ReactionsOf } from '../posts/index.ts';
import { reactionsByUser } from './tables.ts';

/** A viewer's newest so many reactions are read at once; posts older than these are looked up one by one. */
const newestKept = 256;
/** Beyond so many changes since it was read, a viewer's entry is read anew. */
const doubtsMax = 64;
/** All viewers together, in reactions kept. */
const keptMax = 500_000;
const entryOverhead = 16;

/** One viewer's reactions: every one on posts from `floor` on, but for those in doubt. */
interface ViewerEntry {
  floor: Id;
  kinds: Map<Id, ReactionKind>;
  /** Posts whose reaction changed since; each change is an object of its own. */
  doubts: Map<Id, object>;
}

export interface OwnReactions {
  of: ReactionsOf;
  forget(userId: Id, postId: Id): void;
  follow(log: EventLog): Promise<Subscription>;
}

/** The viewer's reaction on each post of a page, from memory where the viewer was here lately. */
export function createOwnReactions({
  records,
  changes,
}: {
  records: Records;
  changes?: RecentChanges | undefined;
}): OwnReactions {
  const readEntry = async (viewerId: Id): Promise<ViewerEntry> => {
    const rows = await records.list(reactionsByUser, [viewerId], { reverse: true, limit: newestKept });
    const kinds = new Map(rows.map(({ key, value }) => [key[1]!, value.kind]));
    const floor = rows.length < newestKept ? '' : rows.at(-1)!.key[1]!;
    return { floor, kinds, doubts: new Map() };
  };

  const cache = loadingCache<ViewerEntry>({
    sizeMax: keptMax,
    sizeOf: ({ kinds }) => kinds.size + entryOverhead,
    load: (viewerIds) => Promise.all(viewerIds.map(readEntry)),
  });

  const readPairs = async (viewerId: Id, postIds: readonly Id[]) => {
    const rows = await records.getMany(
      reactionsByUser,
      postIds.map((postId) => [viewerId, postId]),
    );
    return rows.map((row) => row?.value.kind ?? null);
  };

  /** Keeps an answer unless the pair changed again while it was read. */
  const settle = (entry: ViewerEntry, postId: Id, doubt: object | undefined, kind: ReactionKind | null) => {
    if (doubt === undefined || entry.doubts.get(postId) !== doubt) return;
    entry.doubts.delete(postId);
    if (kind === null) entry.kinds.delete(postId);
    else entry.kinds.set(postId, kind);
  };

  const forget = (userId: Id, postId: Id) => {
    changes?.record(postId);
    const entry = cache.peek(userId);
    const isFull = entry && (entry.doubts.size >= doubtsMax || entry.kinds.size >= 2 * newestKept);
    if (!entry || isFull) cache.invalidate(userId);
    else if (postId >= entry.floor) entry.doubts.set(postId, {});
  };

  return {
    forget,
    async of(viewerId, postIds) {
      const entry = (await cache.get(viewerId))!;
      const { floor, kinds, doubts } = entry;
      const answers = new Array<ReactionKind | null>(postIds.length).fill(null);
      const asked: number[] = [];
      for (let i = 0; i < postIds.length; i++) {
        const postId = postIds[i]!;
        if (postId < floor || (doubts.size > 0 && doubts.has(postId))) asked.push(i);
        else answers[i] = kinds.get(postId) ?? null;
      }
      if (asked.length === 0) return answers;
      const ids = asked.map((i) => postIds[i]!);
      const marks = ids.map((postId) => doubts.get(postId));
      const read = await readPairs(viewerId, ids);
      for (const [n, i] of asked.entries()) {
        answers[i] = read[n]!;
        settle(entry, ids[n]!, marks[n], read[n]!);
      }
      return answers;
    },
    follow: (log) =>
      log.subscribe({
        group: 'reactions-cache',
        start: 'now',
        kinds: ['reaction.changed'],
        async handle(entries) {
          for (const { data } of entries) forget(String(data['userId']), String(data['postId']));
        },
      }),
  };
}
