import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSource, type Id } from '../../lib/ids.ts';
import { manualClock } from '../../ports/clock/clock.ts';
import { memoryPubSub } from '../../ports/pubsub/pubsub.ts';
import { createMemoryStore } from '../../ports/records/memory-store.ts';
import type { ViewerGraph } from '../graph/index.ts';
import type { PostCard, PostCounts } from '../posts/index.ts';
import { resumedEntriesMax } from './catch-up.ts';
import { announce, createLive, type LiveLimits } from './index.ts';
import { waitingBytesMax } from './open-stream.ts';
import { replaysPerMinuteMax } from './replays.ts';

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

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 10_000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.fail(`never came true: ${condition}`);
}

async function world(limits: Partial<LiveLimits> = {}) {
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

test('LIVE-1 a new post reaches the open streams of its author and of followers, and nobody else', async () => {
  await using w = await world();
  const [ann, bob, cid, dora] = [w.ids.next(), w.ids.next(), w.ids.next(), w.ids.next()];
  w.setGraph(bob, { following: new Set([ann]) });
  w.setGraph(dora, { following: new Set([ann]), muted: new Set([ann]) });
  const streams = await Promise.all([ann, bob, bob, cid, dora].map((userId) => w.open(userId)));
  const id = await w.post(ann);
  await until(() => streams.slice(0, 3).every(({ events }) => events('post').length === 1));
  assert.deepEqual(
    streams.map(({ events }) => events('post').length),
    [1, 1, 1, 0, 0],
  );
  const [event] = streams[1]!.events('post');
  const post = { id, text: `by ${ann}` };
  assert.deepEqual(event!.data, { postId: id, authorId: ann, feedKey: id, what: 'published', post });
});

test('LIVE-2 what a viewer may not see is never sent', async () => {
  await using w = await world();
  const [ann, bob, cid] = [w.ids.next(), w.ids.next(), w.ids.next()];
  w.setGraph(bob, { following: new Set([ann]) });
  w.setGraph(cid, { following: new Set([ann]), blocked: new Set([ann]) });
  const [annStream, bobStream, cidStream] = [await w.open(ann), await w.open(bob), await w.open(cid)];
  await w.post(ann, { visibility: 'only-me' });
  await w.post(ann, { visibility: 'followers' });
  await until(() => annStream.events('post').length === 2 && bobStream.events('post').length === 1);
  assert.equal(cidStream.events('post').length, 0);
});

test('LIVE-3 a hint costs only the streams that it concerns', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  w.setGraph(bob, { following: new Set([ann]) });
  for (let i = 0; i < 50; i++) await w.open(w.ids.next());
  const stream = await w.open(bob);
  w.asked.graphs.length = 0;
  w.asked.visible = 0;
  await w.post(w.ids.next());
  await w.post(ann);
  await until(() => stream.events('post').length === 1);
  assert.deepEqual(w.asked.graphs, [bob]);
  assert.equal(w.asked.visible, 1);
});

test('LIVE-4 following and unfollowing take effect on open streams', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  const stream = await w.open(bob);
  w.setGraph(bob, { following: new Set([ann]) });
  await w.hint('follow.changed', { followerId: bob, followeeId: ann });
  const first = await w.post(ann);
  await until(() => stream.events('post').length === 1);
  w.setGraph(bob, { following: new Set() });
  await w.hint('follow.changed', { followerId: bob, followeeId: ann });
  await w.post(ann);
  const own = await w.post(bob);
  await until(() => stream.events('post').length === 2);
  assert.deepEqual(
    stream.events('post').map(({ data }) => data.postId),
    [first, own],
  );
});

test('LIVE-5 counts and changes are told of posts the stream was shown', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  const older = await w.post(ann);
  const unseen = await w.post(ann);
  const later = await w.post(ann);
  w.setGraph(bob, { following: new Set([ann]) });
  const stream = await w.open(bob, { posts: [older, 'nonsense'] });
  assert.deepEqual(
    stream.events('counts').map(({ data }) => data.postId),
    [older],
    'counts of what the page shows come at the beginning',
  );
  const delivered = await w.post(ann);
  await until(() => stream.events('post').length === 1);
  announce(w.pubsub, bob, { type: 'watch', streamId: stream.stream.id, postIds: [later] });
  for (const postId of [older, unseen, delivered, later]) {
    w.counts.set(postId, { likes: 1, comments: 0, reactions: { like: 1 } });
    await w.hint('counts.changed', { postId, authorId: ann });
  }
  await until(() => stream.events('counts').length === 4);
  const told = stream.events('counts').slice(1);
  assert.deepEqual(told.map(({ data }) => data.postId).toSorted(), [older, delivered, later].toSorted());
  assert.equal(told[0]!.data.counts.likes, 1);
  w.cards.set(older, { ...w.cards.get(older)!, body: 'edited' });
  await w.hint('post.changed', { postId: older, authorId: ann, feedKey: older, what: 'edited' });
  w.cards.delete(later);
  await w.hint('post.changed', { postId: later, authorId: ann, feedKey: later, what: 'deleted' });
  await w.hint('post.changed', { postId: unseen, authorId: ann, feedKey: unseen, what: 'deleted' });
  await until(() => stream.events('post-changed').length === 2);
  assert.deepEqual(
    stream.events('post-changed').map(({ data }) => [data.postId, data.what, data.post?.text]),
    [
      [older, 'edited', 'edited'],
      [later, 'removed', undefined],
    ],
  );
});

test('LIVE-5 a named post that the reader may not see is told of as one that does not exist', async () => {
  await using w = await world();
  const [ann, bob, absent] = [w.ids.next(), w.ids.next(), w.ids.next()];
  const hidden = await w.post(ann, { visibility: 'only-me' });
  const shown = await w.post(ann);
  const stream = await w.open(bob, { posts: [hidden, absent, shown] });
  const about = (id: Id) => stream.events().filter(({ data }) => data.postId === id);
  const told = (id: Id) => [{ id: undefined, event: 'post-changed', data: { postId: id, what: 'removed' } }];
  assert.deepEqual(about(hidden), told(hidden));
  assert.deepEqual(about(absent), told(absent));
  const edit = (id: Id) => w.hint('post.changed', { postId: id, authorId: ann, feedKey: id, what: 'edited' });
  await edit(hidden);
  await edit(shown);
  await until(() => about(shown).length === 2);
  assert.deepEqual(about(hidden), told(hidden), 'and nothing of its changes');
  announce(w.pubsub, bob, { type: 'watch', streamId: stream.stream.id, postIds: [hidden, absent] });
  await until(() => about(hidden).length === 2 && about(absent).length === 2);
  assert.deepEqual(about(hidden)[1], told(hidden)[0]);
  assert.equal(stream.stream.watched.has(hidden), false);
});

test('LIVE-5 a change of a hidden post while it is being named is not told', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  const hidden = await w.post(ann, { visibility: 'only-me' });
  const stream = await w.open(bob);
  let goOn = () => {};
  w.checked.held = new Promise((resolve) => {
    goOn = resolve;
  });
  const naming = w.live.watch(stream.stream, [hidden]);
  w.checked.held = undefined;
  const before = w.asked.visible;
  await w.hint('post.changed', { postId: hidden, authorId: ann, feedKey: hidden, what: 'edited' });
  const own = await w.post(bob);
  await until(() => stream.events('post').some(({ data }) => data.postId === own));
  assert.ok(w.asked.visible > before);
  assert.equal(stream.events('post-changed').length, 0);
  goOn();
  await naming;
  assert.equal(stream.events('post-changed').length, 1);
  assert.equal(stream.events('post-changed')[0]!.id, undefined);
});

test('LIVE-5 nothing is told of a post after it was removed', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  const [first, second] = [await w.post(ann), await w.post(ann)];
  const stream = await w.open(bob, { posts: [first, second] });
  w.cards.set(first, { ...w.cards.get(first)!, visibility: 'only-me' });
  const edit = (id: Id) => w.hint('post.changed', { postId: id, authorId: ann, feedKey: id, what: 'edited' });
  await edit(first);
  await edit(first);
  await edit(second);
  await until(() => stream.events('post-changed').some(({ data }) => data.postId === second));
  await edit(first);
  await edit(second);
  await until(() => stream.events('post-changed').filter(({ data }) => data.postId === second).length === 2);
  assert.equal(stream.events('post-changed').filter(({ data }) => data.postId === first).length, 1);
});

test('LIVE-6 the unread count comes at the beginning and with every change', async () => {
  await using w = await world();
  const ann = w.ids.next();
  w.unread.set(ann, 3);
  const stream = await w.open(ann);
  assert.deepEqual(
    stream.events('notification').map(({ data }) => data.unread),
    [3],
  );
  w.unread.set(ann, 4);
  await w.hint('notification.changed', { userId: ann });
  await w.hint('notification.changed', { userId: w.ids.next() });
  await until(() => stream.events('notification').length === 2);
  assert.equal(stream.events('notification')[1]!.data.unread, 4);
  await w.hint('files.changed', { ownerId: ann });
  await until(() => stream.events('change').length === 1);
});

test('LIVE-7 a stream resumes after its last event without a gap, and nothing is told twice', async () => {
  await using w = await world();
  const [ann, bob, cid] = [w.ids.next(), w.ids.next(), w.ids.next()];
  w.setGraph(bob, { following: new Set([ann]) });
  await w.post(cid);
  const stream = await w.open(bob);
  const seen = [await w.post(ann)];
  await until(() => stream.events('post').length === 1);
  const lastEventId = stream.events('post')[0]!.id!;
  stream.close();
  await w.post(cid);
  const missed = [await w.post(ann), await w.post(ann), await w.post(ann)];
  w.cards.delete(missed[1]!);
  const opening = w.open(bob, { lastEventId });
  const during = await w.post(ann);
  const resumed = await opening;
  const after = await w.post(ann);
  await until(() => resumed.events('post').length >= 4);
  assert.deepEqual(
    resumed.events('post').map(({ data }) => data.postId),
    [missed[0], missed[2], during, after],
  );
  assert.ok(resumed.events('post').every(({ data }) => !seen.includes(data.postId)));
  const positions = resumed.events('post').map(({ id }) => Number(id));
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
});

test('LIVE-8 who comes back from too far, or from elsewhere, is told to start afresh', async () => {
  await using w = await world();
  const ann = w.ids.next();
  await w.hint('other', {});
  for (const lastEventId of ['999999', 'nonsense', '-1']) {
    const stream = await w.open(ann, { lastEventId });
    assert.deepEqual(stream.events('reset').length, 1, lastEventId);
  }
  for (let i = 0; i <= resumedEntriesMax; i++) await w.hint('other', {});
  await w.hint('post.changed', { postId: 'none', authorId: ann, feedKey: 'none', what: 'deleted' });
  assert.equal((await w.open(ann, { lastEventId: '1' })).events('reset').length, 1);
  assert.equal((await w.open(ann, { lastEventId: String(w.log.head() - 5) })).events('reset').length, 0);
});

test('LIVE-8 one person replays one at a time, and ten a minute', async () => {
  await using w = await world();
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  for (let i = 0; i < 3; i++) await w.hint('other', {});
  const resume = async (userId: Id, lastEventId = '1') => {
    const stream = await w.open(userId, { lastEventId });
    stream.close();
    return stream.events('reset').length;
  };
  const atOnce = await Promise.all([resume(ann), resume(ann), resume(bob)]);
  assert.deepEqual(atOnce, [0, 1, 0]);
  for (let i = 1; i < replaysPerMinuteMax; i++) assert.equal(await resume(ann), 0);
  assert.equal(await resume(ann), 1);
  assert.equal(await resume(ann, String(w.log.head())), 0, 'who missed nothing goes on');
  assert.equal(await resume(bob), 0);
  w.clock.advance(60_000);
  assert.equal(await resume(ann), 0);
});

test('LIVE-9 a slow reader is disconnected and costs the others nothing', async () => {
  await using w = await world();
  const ann = w.ids.next();
  const slow = await w.open(ann, { stuck: true });
  const other = await w.open(ann);
  await w.post(ann, { body: 'x'.repeat(waitingBytesMax) });
  await until(() => slow.state.destroyed && other.events('post').length === 1);
  await until(() => w.live.streamsCount === 1);
});

test('LIVE-10 streams are bounded for each person and in all, and forgotten when they close', async () => {
  await using w = await world({ streamsPerPersonMax: 2, streamsMax: 3 });
  const [ann, bob] = [w.ids.next(), w.ids.next()];
  const first = await w.open(ann);
  await w.open(ann);
  await assert.rejects(w.open(ann), { code: 'rate-limited' });
  await w.open(bob);
  await assert.rejects(w.open(bob), { code: 'unavailable' });
  first.close();
  assert.equal(w.live.streamsCount, 2);
  await w.open(bob);
});

test('LIVE-11 the end of a session, or of an account, closes its streams', async () => {
  await using w = await world();
  const ann = w.ids.next();
  const [first, second] = [await w.open(ann), await w.open(ann)];
  first.state.valid = false;
  await w.hint('account.changed', { userId: ann, what: 'credentials' });
  await until(() => first.state.ended);
  assert.equal(first.events('end').length, 1);
  assert.equal(second.state.ended, false);
  second.state.valid = false;
  announce(w.pubsub, ann, { type: 'check' });
  await until(() => second.state.ended);
});

test('LIVE-12 draining ends every stream and admits none', async () => {
  await using w = await world();
  const stream = await w.open(w.ids.next());
  await w.live.drain();
  assert.equal(stream.state.ended, true);
  await assert.rejects(w.open(w.ids.next()), { code: 'unavailable' });
});
