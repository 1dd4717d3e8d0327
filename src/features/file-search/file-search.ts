import { setTimeout } from 'node:timers/promises';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import type { EventLog, Subscription } from '../../ports/log/log.ts';
import type { FileSearchDeps } from './context.ts';
import { catchUp, eraseIndex } from './follow-journal.ts';
import { type FileQuery, searchFiles } from './search-files.ts';

/** Changes in one go; others have their turn between. */
const changesPerTurn = 500;
const erasedPerCall = 500;
/** Changes pile up for so long, so that many files put at once are indexed once, and after they are there. */
const restMsDefault = 3000;

export function createFileSearch(deps: FileSearchDeps & { restMs?: number }) {
  const { restMs = restMsDefault } = deps;
  const under = new Map<Id, Promise<void>>();

  /** Joins the one that runs. */
  const catchUpWhole = (driveId: Id): Promise<void> => {
    const running = under.get(driveId) ?? work(driveId).finally(() => under.delete(driveId));
    under.set(driveId, running);
    return running;
  };
  const work = async (driveId: Id) => {
    while (!(await catchUp(deps, driveId, changesPerTurn)));
  };
  const inBackground = (driveId: Id) =>
    void catchUpWhole(driveId).catch((error: unknown) => deps.report(error, 'indexing names of files'));

  return {
    search: (principal: Principal, query: FileQuery) => searchFiles(deps, principal, query, inBackground),
    /** Role `search-indexer`: follows what happens in all drives. */
    async consume(log: EventLog): Promise<Subscription> {
      const ending = new AbortController();
      const subscription = await log.subscribe({
        group: 'file-search',
        start: 'stored',
        kinds: ['files.changed'],
        async handle(entries) {
          await rest(restMs, ending.signal);
          for (const driveId of new Set(entries.map(({ data }) => String(data['driveId']))))
            await catchUpWhole(driveId);
        },
      });
      return {
        lag: () => subscription.lag(),
        caughtUp: (position) => subscription.caughtUp(position),
        close() {
          ending.abort();
          return subscription.close();
        },
      };
    },
    /** Takes a bounded part of an erased person's index away, before their drive goes; true when nothing is left. */
    eraseOf: (userId: Id): Promise<boolean> => eraseIndex(deps, userId, erasedPerCall),
  };
}

/** Cut short where it is to end. */
const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal, ref: false }).catch(() => undefined);

export type FileSearch = ReturnType<typeof createFileSearch>;
