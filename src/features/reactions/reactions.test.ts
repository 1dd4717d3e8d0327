import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { createEngagement } from '../engagement/index.ts';
import { postWorld, until } from '../posts/test-world.ts';
import { reactionRoutes } from './http.ts';
import { createReactions, reactionsByUser } from './index.ts';

const refuses = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

function world() {
  const base = postWorld({ reactionsOf: (viewerId, ids) => reactions.of(viewerId, ids) });
  const reactions = createReactions({ ...base.deps, posts: base.posts });
  const countsOf = async (id: Id) => (await base.posts.counts([id]))[0]!;
  const write = async (author: Principal, text = 'x') => (await base.posts.create(author, { text })).post;
  const own = async ({ userId }: Principal, id: Id) => (await reactions.of(userId, [id]))[0];
  return { ...base, reactions, countsOf, write, own };
}

test('REACT-1: once a person; again and another kind change nothing but the kind', async () => {
  const { join, posts, reactions, countsOf, write, own, deps } = world();
  const engagement = createEngagement({ ...deps, posts });
  const [ann, bob] = [join('ann'), join('bob')];
  const post = await write(ann);
  assert.equal(await own(bob, post.id), null);
  assert.equal((await reactions.react(bob, { postId: post.id })).isNew, true);
  assert.equal(await own(bob, post.id), 'like');
  assert.equal((await reactions.react(bob, { postId: post.id })).isNew, false);
  assert.equal((await reactions.react(bob, { postId: post.id, reaction: 'wow' })).isNew, false);
  assert.equal(await own(bob, post.id), 'wow');
  assert.deepEqual(await countsOf(post.id), { likes: 1, comments: 0, reactions: { wow: 1 } });
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId]), [{ reactions: 1 }]);
  const shown = JSON.parse(
    (
      await posts.present(bob.userId, await posts.list(bob, '@ann', { limit: 1 }).then((page) => page.items))
    )[0]!,
  );
  assert.deepEqual(shown.viewer, { reaction: 'wow' });
  await reactions.takeBack(bob, post.id);
  await reactions.takeBack(bob, post.id);
  assert.equal(await own(bob, post.id), null);
  assert.deepEqual(await countsOf(post.id), { likes: 0, comments: 0, reactions: {} });
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId]), [{}]);
});

test('REACT-1: hidden posts are 404, acting for another is 403', async () => {
  const { join, posts, reactions, block, write } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const own = (await posts.create(ann, { text: 'x', visibility: 'only-me' })).post;
  const open = await write(ann);
  await assert.rejects(reactions.react(bob, { postId: own.id }), refuses('not-found'));
  await assert.rejects(reactions.react(bob, { postId: 'nothing' }), refuses('not-found'));
  await assert.rejects(reactions.react(bob, { postId: open.id, userId: ann.userId }), refuses('forbidden'));
  await reactions.react(bob, { postId: open.id });
  block(ann, bob);
  await assert.rejects(reactions.react(bob, { postId: open.id, reaction: 'wow' }), refuses('not-found'));
  await assert.rejects(reactions.list(bob, open.id, { limit: 5 }), refuses('not-found'));
  await reactions.takeBack(bob, open.id);
  await posts.delete(ann, open.id);
  await assert.rejects(reactions.react(ann, { postId: open.id }), refuses('not-found'));
});

test('REACT-3: counts are exact however many react, change and take back at once', async () => {
  const { join, reactions, countsOf, write, own } = world();
  const ann = join('ann');
  const post = await write(ann);
  const people = Array.from({ length: 40 }, (_, i) => join(`p${i}`));
  await Promise.all(
    people.flatMap((who) => [
      reactions.react(who, { postId: post.id }),
      reactions.react(who, { postId: post.id, reaction: 'love' }),
      reactions.react(who, { postId: post.id, reaction: 'sad' }),
    ]),
  );
  assert.equal((await countsOf(post.id)).likes, 40);
  await Promise.all(
    people.flatMap((who, i) => [
      reactions.takeBack(who, post.id),
      i % 2 ? reactions.takeBack(who, post.id) : reactions.react(who, { postId: post.id, reaction: 'wow' }),
    ]),
  );
  const kinds = await Promise.all(people.map((who) => own(who, post.id)));
  const tally: Record<string, number> = {};
  for (const kind of kinds) if (kind) tally[kind] = (tally[kind] ?? 0) + 1;
  const counts = await countsOf(post.id);
  assert.deepEqual({ ...counts.reactions }, tally);
  assert.equal(counts.likes, kinds.filter((kind) => kind !== null).length);
  const listed = await reactions.list(ann, post.id, { limit: 100 });
  assert.equal(listed.items.length, counts.likes);
});

test('REACT-4: who reacted, newest first, in full pages, without people hidden from the viewer', async () => {
  const { join, reactions, write, block, alter } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const post = await write(ann);
  const people = Array.from({ length: 12 }, (_, i) => join(`p${i}`));
  for (const who of people) await reactions.react(who, { postId: post.id });
  await reactions.react(people[0]!, { postId: post.id, reaction: 'wow' });
  block(bob, people[3]!);
  block(people[5]!, bob);
  alter(people[7]!, { state: 'deactivated' });
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await reactions.list(bob, post.id, { limit: 3, cursor });
    assert.equal(page.items.length, 3);
    names.push(...page.items.map(({ user }) => user.username));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.deepEqual(names, ['p11', 'p10', 'p9', 'p8', 'p6', 'p4', 'p2', 'p1', 'p0']);
  assert.equal((await reactions.list(null, post.id, { limit: 20 })).items.length, 11);
});

test('REACT-5: memory of one’s reactions reaches past its floor and follows other processes', async () => {
  const { join, reactions, write, deps, posts } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const ids: Id[] = [];
  for (let i = 0; i < 300; i++) ids.push((await write(ann, `${i}`)).id);
  for (const [i, postId] of ids.entries())
    if (i % 3 !== 1) await reactions.react(bob, { postId, reaction: i % 3 ? 'sad' : 'wow' });
  for (const postId of ids.slice(0, 100))
    if (postId) await reactions.react(bob, { postId, reaction: 'love' });
  const expected = ids.map((_, i) => (i < 100 ? 'love' : i % 3 === 0 ? 'wow' : i % 3 === 1 ? null : 'sad'));
  assert.deepEqual(await reactions.of(bob.userId, ids), expected);
  assert.deepEqual(await reactions.of(bob.userId, ids), expected);
  await reactions.start();
  const elsewhere = createReactions({ ...deps, posts });
  await elsewhere.takeBack(bob, ids[299]!);
  await elsewhere.react(bob, { postId: ids[298]!, reaction: 'laugh' });
  await until(async () => {
    const [a, b] = await reactions.of(bob.userId, [ids[298]!, ids[299]!]);
    return a === 'laugh' && b === null;
  });
  await reactions.stop();
});

test('REACT-6: the same key does its work once', async () => {
  const { join, reactions, write, own } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const post = await write(ann);
  const claim = { userId: bob.userId, key: 'k', bodyHash: 'h' };
  const other = { ...claim, bodyHash: 'i' };
  const react = async () => (await reactions.react(bob, { postId: post.id }, claim)).isNew;
  assert.equal(await react(), true);
  assert.equal(await react(), true, 'the same answer, though the reaction stands');
  await assert.rejects(reactions.react(bob, { postId: post.id }, other), refuses('idempotency-mismatch'));
  await reactions.takeBack(bob, post.id);
  assert.equal(await react(), true);
  assert.equal(await own(bob, post.id), null);
  await assert.rejects(
    reactions.react(bob, { postId: post.id, reaction: 'sad' }, other),
    refuses('idempotency-mismatch'),
  );
});

test('REACT-7: purged with the post, taken back with the account', async () => {
  const { join, reactions, write, records, countsOf } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const [first, second] = [await write(ann), await write(ann)];
  for (let i = 0; i < 45; i++) await reactions.react(join(`p${i}`), { postId: first.id });
  await reactions.react(bob, { postId: first.id });
  await reactions.react(bob, { postId: second.id });
  while (!(await reactions.purgeOfPost(first.id)));
  assert.deepEqual((await reactions.list(null, first.id, { limit: 100 })).items, []);
  const left = await records.list(reactionsByUser, [bob.userId], { limit: 10 });
  assert.deepEqual(
    left.map(({ key }) => key[1]),
    [second.id],
  );
  assert.equal(await reactions.eraseOf(bob.userId), true);
  assert.equal((await countsOf(second.id)).likes, 0);
  assert.equal(await reactions.reactionOf(second.id, bob.userId), undefined);
});

test('REACT-1, REACT-2 over HTTP', async () => {
  const { join, reactions, posts, write } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const post = await write(ann);
  const app = await testServer();
  reactionRoutes(app, { reactions, posts });
  const headers = as(bob.userId);
  const like = (payload: object) => app.inject({ method: 'POST', url: '/v1/likes', headers, payload });
  const made = await like({ postId: post.id, userId: bob.userId });
  assert.equal(made.statusCode, 201);
  assert.deepEqual(made.json().counts, { likes: 1, comments: 0, reactions: { like: 1 } });
  assert.equal((await like({ postId: post.id, reaction: 'love' })).statusCode, 200);
  assert.equal((await like({ postId: post.id, reaction: 'hate' })).statusCode, 422);
  assert.equal((await like({ postId: post.id, userId: ann.userId })).statusCode, 403);
  const listed = (await app.inject({ url: `/v1/posts/${post.id}/likes` })).json();
  assert.deepEqual(
    listed.items.map((item: { user: { username: string }; reaction: string }) => [
      item.user.username,
      item.reaction,
    ]),
    [['bob', 'love']],
  );
  for (let i = 0; i < 2; i++) {
    const gone = await app.inject({ method: 'DELETE', url: `/v1/likes/${post.id}`, headers });
    assert.equal(gone.statusCode, 204);
  }
  await app.close();
});
