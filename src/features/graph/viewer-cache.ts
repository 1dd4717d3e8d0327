import type { Id } from '../../lib/ids.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import type { Records } from '../../ports/records/records.ts';
import { applyPairs, type Relations, readPairs, readRelations } from './relations.ts';

const viewerEntriesMaxDefault = 2_000_000;
/** What an entry weighs beyond its ids. */
const entryOverhead = 10;

export interface ViewerCache {
  get(userId: Id): Promise<Relations>;
  /** Reads the truth again about these people, where the viewer is cached; afterwards the cache has it. */
  refresh(userId: Id, otherIds: readonly Id[]): Promise<void>;
}

/** A load or refresh under way for one person. */
interface Work {
  /** What changed while it ran, and has to be read once more before its result counts. */
  touched: Set<Id>;
  done: Promise<Relations>;
}

/**
 * At most one load or refresh runs per person, and a change that comes meanwhile is read again by it before
 * its result is shown. So reads are applied in the order in which they were made, and no result is older
 * than the last change announced before it.
 */
export function createViewerCache({
  records,
  entriesMax = viewerEntriesMaxDefault,
}: {
  records: Records;
  entriesMax?: number | undefined;
}): ViewerCache {
  const cached = new RecentMap<Relations>({
    sizeMax: entriesMax,
    sizeOf: ({ following, requested, blocked, muted }) =>
      entryOverhead + following.size + requested.size + 2 * blocked.size + muted.size,
  });
  const works = new Map<Id, Work>();

  const run = async (userId: Id, work: Work, known: Relations | undefined): Promise<Relations> => {
    // Lets the caller register the work first.
    await Promise.resolve();
    try {
      let relations = known ?? (await readRelations(records, userId));
      while (work.touched.size > 0) {
        const others = [...work.touched];
        work.touched.clear();
        relations = applyPairs(relations, await readPairs(records, userId, others));
      }
      cached.set(userId, relations);
      return relations;
    } catch (error) {
      cached.delete(userId);
      throw error;
    } finally {
      works.delete(userId);
    }
  };
  const start = (userId: Id, touched: readonly Id[], known?: Relations): Promise<Relations> => {
    const work: Work = { touched: new Set(touched), done: Promise.resolve(known!) };
    works.set(userId, work);
    work.done = run(userId, work, known);
    // Whoever waits handles a failure; there may be nobody.
    work.done.catch(() => undefined);
    return work.done;
  };

  return {
    async get(userId) {
      return cached.get(userId) ?? works.get(userId)?.done ?? start(userId, []);
    },
    async refresh(userId, otherIds) {
      const work = works.get(userId);
      if (work) {
        for (const id of otherIds) work.touched.add(id);
        await work.done;
        return;
      }
      const known = cached.get(userId);
      if (known) await start(userId, otherIds, known);
    },
  };
}
