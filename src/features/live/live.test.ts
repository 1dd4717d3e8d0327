import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveWorld, until } from './test-live.ts';

test('LIVE-1 a new post reaches the open streams of its author and of followers, and nobody else', async () => {
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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

test('LIVE-6 the unread count comes at the beginning and with every change', async () => {
  await using w = await liveWorld();
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
