import assert from 'node:assert/strict';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { memoryPubSub } from '../../ports/pubsub/pubsub.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { PostCard, PostCounts } from '../posts/index.ts';
import { createLive, type LiveLimits } from './index.ts';

interface Received {
  id: string | undefined;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the stream says, as the assertions expect it.
  data: any;
}

/** The events of a stream's text so far, as a browser would hand them over. */
function eventsIn(text: string): Received[] {
  return text.split('\n\n').flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    return data === undefined ? [] : [{ id: field('id'), event: field('event')!, data: JSON.parse(data) }];
  });
}

export async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail(`never came true: ${condition}`);
}

/** Streams over a graph and posts that tests set as they need. */
export async function liveWorld(limits: Partial<LiveLimits> = {}) {
  const clock = manualClock();
  const ids = createIdSource({ nowMs: clock.nowMs });
  const { records, log } = createMemoryStore({ nowMs: clock.nowMs });
  const pubsub = memoryPubSub();
  const graphs = new Map<Id, ViewerGraph>();
  const cards = new Map<Id, PostCard>();
  const counts = new Map<Id, PostCounts>();
  const unread = new Map<Id, number>();
  const asked = { graphs: [] as Id[], visible: 0 };
  const checked: { held: Promise<void> | undefined } = { held: undefined };
  const graphOf = (userId: Id) =>
    graphs.get(userId) ?? { userId, following: new Set<Id>(), blocked: new Set<Id>(), muted: new Set<Id>() };
  const live = createLive({
    log,
    pubsub,
    clock,
    limits: { coalesceMs: 0, ...limits },
    graph: {
      viewer: async (userId) => {
        asked.graphs.push(userId);
        return graphOf(userId);
      },
    },
    posts: {
      cardsById: async (list) => {
        await checked.held;
        return list.map((id) => cards.get(id));
      },
      visible: async (viewer, list) => {
        asked.visible++;
        return list.map(
          ({ authorId, visibility }) =>
            !viewer!.blocked.has(authorId) &&
            (visibility === 'public' ||
              authorId === viewer!.userId ||
              (visibility === 'followers' && viewer!.following.has(authorId))),
        );
      },
      present: async (_viewer, list) => list.map(({ id, body }) => JSON.stringify({ id, text: body })),
      counts: async (list) => list.map((id) => counts.get(id) ?? { likes: 0, comments: 0, reactions: {} }),
    },
    newestNotification: async (userId) => ({ unread: unread.get(userId) ?? 0, newest: null }),
    notificationJson: (view) => view,
    hintRoutes: {
      'files.changed': ({ data }) => [
        { userId: String(data.ownerId), event: 'change', data: { rootId: null } },
      ],
    },
    report: (error) => {
      throw error;
    },
  });
  await live.start();
  const hint = (kind: string, data: Record<string, string>) =>
    records.commit({ decide: [], hints: [{ kind, key: 'key', data }] });
  const setGraph = (userId: Id, change: Partial<ViewerGraph>) =>
    graphs.set(userId, { ...graphOf(userId), ...change });
  const open = async (userId: Id, more: { lastEventId?: string; posts?: Id[]; stuck?: boolean } = {}) => {
    const state = { text: '', ended: false, destroyed: false, valid: true };
    let gone = () => {};
    const stream = await live.open({
      userId,
      lastEventId: more.lastEventId,
      postIds: more.posts ?? [],
      isStillValid: async () => state.valid,
      connect: (closed) => {
        gone = closed;
        return {
          write: (text) => {
            state.text += text;
            return more.stuck ? state.text.length : 0;
          },
          end: () => {
            state.ended = true;
            queueMicrotask(closed);
          },
          destroy: () => {
            state.destroyed = true;
            queueMicrotask(closed);
          },
        };
      },
    });
    const events = (event?: string) =>
      eventsIn(state.text).filter((each) => (event ? each.event === event : each.event !== 'notification'));
    return { stream, state, events, close: () => gone() };
  };
  const post = async (authorId: Id, more: Partial<PostCard> = {}) => {
    const id = ids.next();
    cards.set(id, { id, authorId, feedKey: id, visibility: 'public', body: `by ${authorId}`, ...more });
    await hint('post.changed', { postId: id, authorId, feedKey: id, what: 'published' });
    return id;
  };
  return {
    ...{
      clock,
      ids,
      log,
      pubsub,
      graphs,
      cards,
      counts,
      unread,
      asked,
      checked,
      live,
      hint,
      setGraph,
      open,
      post,
    },
    [Symbol.asyncDispose]: () => live.drain(),
  };
}
