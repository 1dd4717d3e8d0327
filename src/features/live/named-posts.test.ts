import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Id } from '../../lib/ids.ts';
import { announce } from './index.ts';
import { liveWorld, until } from './test-live.ts';

test('LIVE-5 counts and changes are told of posts the stream was shown', async () => {
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
