import type { Subscription } from '../../ports/log/log.ts';
import { SearchError } from '../../ports/search/search.ts';
import type { SearchDeps } from './context.ts';
import { indexHints } from './indexer.ts';
import { rebuildIndex } from './rebuild-index.ts';

const readMax = 1000;
const retryMinMs = 1000;
const retryMaxMs = 60_000;
const checkEveryMs = 30_000;

export interface IndexKeeper {
  /**
   * Follows the log (group `search-indexer`), and builds the index in the background where it is lost, now or
   * later, or too far behind. Does so too when the index cannot be reached yet.
   */
  consume(): Promise<Subscription>;
  /** Resolves when the new index serves. One at a time: joins the one that runs. */
  rebuild(): Promise<void>;
  /** To be told of every failure of the index: a process that keeps it empties one that is broken, and builds it again. */
  noteFailure(error: unknown): void;
  /** Resolves when no rebuild runs. */
  idle(): Promise<void>;
  close(): void;
}

export function createIndexKeeper(deps: SearchDeps): IndexKeeper {
  let running: Promise<void> | undefined;
  let keeping: Promise<void> | undefined;
  let closed = false;
  /** This process keeps the index; others that share it only use it. */
  let isKeeper = false;
  /** It is known that the index holds what its position says, or is being built. */
  let isChecked = false;
  let timer: NodeJS.Timeout | undefined;

  const rebuild = () => {
    running ??= rebuildIndex(deps).finally(() => {
      running = undefined;
    });
    return running;
  };

  /** Tries until it is done: without it there is no search. */
  const rebuildSurely = async (clear: boolean) => {
    let mustClear = clear;
    for (let waitMs = retryMinMs; !closed; waitMs = Math.min(waitMs * 2, retryMaxMs)) {
      try {
        if (mustClear) await deps.index.clear();
        // What it holds from now on another process may have built.
        mustClear = false;
        await rebuild();
        return;
      } catch (error) {
        if (closed) return;
        deps.report?.(error, 'rebuilding the search index');
        await new Promise((resolve) => setTimeout(resolve, waitMs).unref());
        if (clear && !mustClear && (await isBuiltByOther())) return;
      }
    }
  };
  const isBuiltByOther = async () => {
    const state = await deps.index.state().catch(() => undefined);
    return state?.isBuilt === true && !state.isRebuilding;
  };
  const keep = (clear = false) => {
    keeping ??= rebuildSurely(clear).finally(() => {
      keeping = undefined;
    });
  };

  const noteFailure = (error: unknown) => {
    if (error instanceof SearchError && error.kind === 'broken' && isKeeper && !closed) keep(true);
  };

  /** False where the log no longer holds all that the index has not seen. */
  const catchUp = async (position: number): Promise<boolean> => {
    const { log } = deps;
    const [oldest] = await log.read(0, 1);
    if (position > log.head() || (oldest && oldest.position > position + 1)) return false;
    const head = log.head();
    for (let at = position; at < head && !closed; ) {
      const page = await log.read(at, readMax);
      if (page.length === 0) break;
      at = page.at(-1)!.position;
      await indexHints(deps, page);
    }
    return true;
  };

  const check = async () => {
    const { isBuilt, position } = await deps.index.state();
    // The log's own position may be ahead of what the index still holds after a power cut.
    if (!isBuilt || (!isChecked && !(await catchUp(position)))) keep();
    isChecked = true;
  };
  const checkQuietly = () =>
    check().catch((error) => {
      if (!closed) deps.report?.(error, 'looking after the search index');
    });

  return {
    async consume() {
      isKeeper = true;
      isChecked = false;
      clearInterval(timer);
      await check().catch((error) => {
        if (!(error instanceof SearchError)) throw error;
        deps.report?.(error, 'looking after the search index');
      });
      timer = setInterval(checkQuietly, deps.checkEveryMs ?? checkEveryMs).unref();
      return deps.log.subscribe({
        group: 'search-indexer',
        start: 'stored',
        // Of every kind, so that the index's position keeps up with the log while nothing for it happens.
        handle: async (entries) => {
          try {
            if (!isChecked) await check();
            await indexHints(deps, entries);
          } catch (error) {
            noteFailure(error);
            throw error;
          }
        },
      });
    },
    rebuild,
    noteFailure,
    async idle() {
      await keeping;
      await running?.catch(() => {});
    },
    close() {
      closed = true;
      clearInterval(timer);
    },
  };
}
