import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { AuthorSwitch } from './author-switch.ts';
import { Background } from './background.ts';
import { createContext } from './context.ts';
import { feedHintKinds, handleHints } from './fan-out.ts';
import type { FeedDeps, FeedOrder } from './feed.ts';
import { fitInbox } from './fit-inbox.ts';
import { OwnRecent } from './own-recent.ts';
import { absenceMaxMs } from './popularity.ts';
import { readRecent } from './read-recent.ts';
import { FrozenLists, readRelevant } from './read-relevant.ts';

export type { FeedDeps, FeedOrder } from './feed.ts';
export { feedItemSchema, feedOrderSchema } from './feed-schema.ts';
export { type FeedPolicy, measuredPolicy } from './popularity.ts';
export { type Affinity, noSignals, type PostSignals, type Signals } from './signals.ts';

export interface ReadFeedRequest {
  order: FeedOrder;
  limit: number;
  cursor: string | undefined;
  /** There is no time to rank: by relevance it begins newest first as well. */
  withoutRanking?: boolean;
}

export interface Feed {
  /**
   * A page of the caller's own feed as JSON text, `{items, nextCursor}`. `userId` is whose feed is asked for:
   * another's is refused. Before `start` it is answered from the truth alone.
   */
  read(principal: Principal, userId: Id, request: ReadFeedRequest): Promise<string>;
  /** The same, ready to be sent. Not to be written to: others may be sent the same bytes. */
  readBytes(principal: Principal, userId: Id, request: ReadFeedRequest): Promise<Buffer>;
  /**
   * Follows the log from now on. A process that reads from timelines in its own memory must deliver to them itself
   * (`delivers`, the default); where timelines are shared, those that do divide the work.
   */
  start(options?: { delivers?: boolean }): Promise<void>;
  /** Throws everything derived away; it comes back as it is read. Reads go on meanwhile. */
  rebuild(): Promise<void>;
  /** Resolves when every hint so far was handled and no inbox is being fitted. */
  settled(): Promise<void>;
  size(): { inboxes: number; heads: number; bytes: number; evictions: number };
  close(): Promise<void>;
}

/** How often absent readers are looked for, and how many at once. */
const sweepIntervalMs = 3_600_000;
const sweepMax = 10_000;

export function createFeed(deps: FeedDeps): Feed {
  const context = createContext(deps);
  const { timelines, readers, log } = context;
  const authors = new AuthorSwitch(context);
  // A reader whose inbox could not be fitted asks again at the next read; until then everybody is pulled.
  const background = new Background(
    (readerId) => fitInbox(context, readerId),
    (error) => deps.report?.(error, 'filling an inbox'),
  );
  context.scheduleFitting = (readerId) => background.add(readerId);
  const lists = new FrozenLists();
  let sweptAtMs = deps.clock.nowMs();
  /** An inbox costs only while posts arrive, so hints are the time to drop those of readers who stay away. */
  const sweep = async () => {
    const nowMs = deps.clock.nowMs();
    if (context.isShared || Math.abs(nowMs - sweptAtMs) < sweepIntervalMs) return;
    sweptAtMs = nowMs;
    for (const reader of readers.absent(absenceMaxMs, sweepMax)) {
      readers.forget(reader.id);
      await timelines.drop(reader.id);
    }
  };
  const deliver = () =>
    log.subscribe({
      ...(deps.subscription ?? { start: 'now', group: 'feed' }),
      kinds: feedHintKinds,
      async handle(entries) {
        await handleHints(context, authors, entries);
        await sweep();
      },
    });
  const followOwn = () => {
    const own = new OwnRecent();
    context.mayLackOwn = (readerId) => own.has(readerId);
    context.foundOwn = (readerId) => own.forget(readerId);
    return own.follow(log);
  };
  let stop: (() => Promise<void>) | undefined;
  let caughtUp = async () => {};

  const readBytes: Feed['readBytes'] = async (principal, userId, request) => {
    if (principal.userId !== userId) throw new Refusal('forbidden', 'A feed is its reader’s own.');
    const viewer = await context.graph.viewer(userId);
    if (request.order === 'recent') return readRecent(context, viewer, request);
    return Buffer.from(await readRelevant(context, viewer, { ...request, lists }));
  };

  return {
    readBytes,
    read: async (principal, userId, request) => (await readBytes(principal, userId, request)).toString(),
    async start({ delivers = true } = {}) {
      const subscription = delivers ? await deliver() : undefined;
      const own = context.isShared ? await followOwn() : undefined;
      if (subscription && !own) context.mayLackOwn = () => subscription.lag() > 0;
      context.live = true;
      stop = async () => void (await Promise.all([subscription?.close(), own?.close()]));
      caughtUp = async () => void (await Promise.all([subscription?.caughtUp(), own?.caughtUp()]));
    },
    async rebuild() {
      readers.clear();
      authors.clear();
      lists.clear();
      context.pages?.clear();
      await timelines.clear();
    },
    async settled() {
      await caughtUp();
      await background.idle();
    },
    size: () => timelines.size(),
    async close() {
      context.live = false;
      await stop?.();
      await background.close();
    },
  };
}
