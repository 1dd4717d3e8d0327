import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { postCounts } from '../posts/index.ts';
import { postWorld, until } from '../posts/test-world.ts';
import { engagementRoutes } from './http.ts';
import { createEngagement } from './index.ts';

function world() {
  const base = postWorld();
  return { ...base, engagement: createEngagement(base) };
}

test('ENGAGE-1: views add up over whatever the viewer may see, and nothing else', async () => {
  const { join, posts, engagement, records } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const open = (await posts.create(ann, { text: 'x' })).post.id;
  const hidden = (await posts.create(ann, { text: 'x', visibility: 'followers' })).post.id;
  const own = (await posts.create(bob, { text: 'x' })).post.id;
  await engagement.recordViews(
    bob,
    [open, hidden, own, 'nothing', open].map((postId) => ({ postId, dwellMs: 1000.4 })),
  );
  assert.deepEqual((await records.get(postCounts, [open]))?.value, { views: 1, dwellMs: 2000 });
  assert.equal(await records.get(postCounts, [hidden]), undefined);
  assert.equal(await records.get(postCounts, [own]), undefined);
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId, bob.userId]), [
    { views: 1, dwellMs: 2000 },
    {},
  ]);
});

test('ENGAGE-2: time is bounded, and seeing again within the hour is no new view', async () => {
  const { join, posts, engagement, records, clock } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const { id: postId } = (await posts.create(ann, { text: 'x' })).post;
  await engagement.recordViews(bob, [{ postId, dwellMs: 1e12 }]);
  await engagement.recordViews(bob, [{ postId, dwellMs: 5 }]);
  assert.deepEqual((await records.get(postCounts, [postId]))?.value, { views: 1, dwellMs: 600_005 });
  clock.advance(3_600_000);
  await engagement.recordViews(bob, [{ postId, dwellMs: 5 }]);
  assert.deepEqual((await records.get(postCounts, [postId]))?.value, { views: 2, dwellMs: 600_010 });
});

test('ENGAGE-1: a batch of a hundred posts by a hundred people', async () => {
  const { join, posts, engagement, records } = world();
  const bob = join('bob');
  const ids = await Promise.all(
    Array.from({ length: 100 }, async (_, i) => (await posts.create(join(`p${i}`), { text: 'x' })).post.id),
  );
  await engagement.recordViews(
    bob,
    ids.map((postId) => ({ postId, dwellMs: 10 })),
  );
  const rows = await records.getMany(
    postCounts,
    ids.map((id) => [id]),
  );
  assert.ok(rows.every((row) => row?.value['views'] === 1));
});

test('ENGAGE-3: affinity counts in full at first and fades with the months', async () => {
  const { join, engagement, clock } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const visits = async () => (await engagement.affinityOf(bob.userId, [ann.userId]))[0]!.profileVisits ?? 0;
  await engagement.recordProfileVisit(bob.userId, ann.userId);
  const seen: number[] = [];
  for (let month = 0; month < 6; month++) {
    seen.push(await visits());
    clock.advance(30 * 86_400_000);
  }
  assert.equal(seen[0], 1);
  assert.ok(seen.every((number, i) => i === 0 || number <= seen[i - 1]!));
  assert.equal(seen.at(-1), 0);
  assert.ok(seen.some((number) => number > 0 && number < 1));
});

test('ENGAGE-3, ENGAGE-4: profile visits count, and all is forgotten with the account', async () => {
  const { join, engagement } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  await engagement.recordProfileVisit(bob.userId, ann.userId);
  await engagement.recordProfileVisit(bob.userId, bob.userId);
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId, bob.userId]), [
    { profileVisits: 1 },
    {},
  ]);
  assert.equal(await engagement.eraseOf(bob.userId), true);
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId]), [{}]);
});

test('ENGAGE-1 over HTTP', async () => {
  const { join, posts, engagement } = world();
  const ann = join('ann');
  const { id: postId } = (await posts.create(ann, { text: 'x' })).post;
  const app = await testServer();
  engagementRoutes(app, { engagement });
  const send = (payload: object, headers: Record<string, string> = as(ann.userId)) =>
    app.inject({ method: 'POST', url: '/v1/views', headers, payload });
  assert.equal((await send({ views: [{ postId, dwellMs: 10 }] })).statusCode, 202);
  assert.equal((await send({ views: [] })).statusCode, 202);
  assert.equal((await send({ views: [{ postId, dwellMs: -1 }] })).statusCode, 422);
  assert.equal((await send({ views: Array(101).fill({ postId, dwellMs: 1 }) })).statusCode, 422);
  assert.equal((await send({ views: [] }, {})).statusCode, 401);
  await app.close();
});

test('ENGAGE-5: visits to a profile are noted once an hour, without waiting', async () => {
  const { join, engagement, records, clock } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const visits = async () => (await engagement.affinityOf(bob.userId, [ann.userId]))[0]?.profileVisits ?? 0;
  const commit = records.commit;
  records.commit = () => Promise.reject(new Error('no'));
  engagement.noteProfileVisit(bob.userId, ann.userId);
  await new Promise((resolve) => setImmediate(resolve));
  records.commit = commit;
  engagement.noteProfileVisit(bob.userId, bob.userId);
  for (let i = 0; i < 3; i++) engagement.noteProfileVisit(bob.userId, ann.userId);
  await until(async () => (await visits()) > 0);
  assert.equal(await visits(), 1);
  clock.advance(3_600_000);
  engagement.noteProfileVisit(bob.userId, ann.userId);
  await until(async () => (await visits()) > 1);
});
