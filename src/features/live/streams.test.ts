import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Id } from '../../lib/ids.ts';
import { resumedEntriesMax } from './catch-up.ts';
import { announce } from './index.ts';
import { waitingBytesMax } from './open-stream.ts';
import { replaysPerMinuteMax } from './replays.ts';
import { liveWorld, until } from './test-live.ts';

test('LIVE-7 a stream resumes after its last event without a gap, and nothing is told twice', async () => {
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
  const ann = w.ids.next();
  const slow = await w.open(ann, { stuck: true });
  const other = await w.open(ann);
  await w.post(ann, { body: 'x'.repeat(waitingBytesMax) });
  await until(() => slow.state.destroyed && other.events('post').length === 1);
  await until(() => w.live.streamsCount === 1);
});

test('LIVE-10 streams are bounded for each person and in all, and forgotten when they close', async () => {
  await using w = await liveWorld({ streamsPerPersonMax: 2, streamsMax: 3 });
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
  await using w = await liveWorld();
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
  await using w = await liveWorld();
  const stream = await w.open(w.ids.next());
  await w.live.drain();
  assert.equal(stream.state.ended, true);
  await assert.rejects(w.open(w.ids.next()), { code: 'unavailable' });
});
