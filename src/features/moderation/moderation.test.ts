import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import type { Id } from '../../lib/ids.ts';
import { Refusal } from '../../lib/refusal.ts';
import { createComments } from '../comments/index.ts';
import { postCounts } from '../posts/index.ts';
import { postWorld } from '../posts/test-world.ts';
import { moderationRoutes } from './http.ts';
import { createModeration } from './index.ts';

const refuses = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

async function world() {
  const base = postWorld();
  const comments = createComments({ ...base.deps, posts: base.posts });
  const closed: Id[] = [];
  const moderation = createModeration({
    ...base.deps,
    posts: base.posts,
    comments,
    closeAccount: async (_, userId) => closed.push(userId),
  });
  const [ann, bob, cid] = [base.join('ann'), base.join('bob'), base.join('cid')];
  const root = base.join('root', { isAdmin: true });
  const { id: postId } = (await base.posts.create(ann, { title: 'T', text: 'rude' })).post;
  const open = async () => (await moderation.list(root, { state: 'open', limit: 100 })).items;
  const reportsOn = async (id: Id) => (await base.records.get(postCounts, [id]))?.value['reports'] ?? 0;
  return { ...base, comments, moderation, closed, ann, bob, cid, root, postId, open, reportsOn };
}

test('MOD-1: what one can see can be reported, once named, and not one’s own', async () => {
  const { moderation, ann, bob, postId, posts, block } = await world();
  const hidden = (await posts.create(ann, { text: 'x', visibility: 'only-me' })).post.id;
  await assert.rejects(moderation.report(bob, { reason: 'spam' }), refuses('invalid'));
  await assert.rejects(
    moderation.report(bob, { postId, userId: ann.userId, reason: 'spam' }),
    refuses('invalid'),
  );
  await assert.rejects(moderation.report(bob, { postId: hidden, reason: 'spam' }), refuses('not-found'));
  await assert.rejects(moderation.report(bob, { userId: 'nobody', reason: 'spam' }), refuses('not-found'));
  await assert.rejects(moderation.report(ann, { postId, reason: 'spam' }), refuses('invalid'));
  await assert.rejects(moderation.report(ann, { userId: ann.userId, reason: 'spam' }), refuses('invalid'));
  block(ann, bob);
  await assert.rejects(moderation.report(bob, { postId, reason: 'spam' }), refuses('not-found'));
  assert.equal((await moderation.report(bob, { userId: ann.userId, reason: 'hate' })).isNew, true);
});

test('MOD-2, MOD-3: once a person and subject, counted until dismissed, opened again a day later', async () => {
  const { moderation, bob, cid, root, postId, reportsOn, clock, open } = await world();
  const made = await Promise.all([
    moderation.report(bob, { postId, reason: 'spam', note: 'one' }),
    moderation.report(bob, { postId, reason: 'hate' }),
    moderation.report(cid, { postId, reason: 'hate' }),
  ]);
  assert.equal(made[0]!.report.id, made[1]!.report.id);
  assert.deepEqual(
    made.map(({ isNew }) => isNew),
    [true, false, true],
  );
  assert.equal(await reportsOn(postId), 2);
  await moderation.resolve(root, made[0]!.report.id, { action: 'dismiss' });
  assert.equal(await reportsOn(postId), 1);
  assert.equal((await open()).length, 1);
  await moderation.report(bob, { postId, reason: 'spam' });
  assert.equal(await reportsOn(postId), 1);
  clock.advance(86_400_001);
  const again = await moderation.report(bob, { postId, reason: 'violence', note: 'two' });
  assert.equal(again.isNew, false);
  assert.equal(again.report.id, made[0]!.report.id);
  assert.equal(await reportsOn(postId), 2);
  assert.equal((await open()).length, 2);
  const { history } = await moderation.view(root, again.report.id);
  assert.deepEqual(
    history.map(({ what, note }) => [what, note]),
    [
      ['reported', 'one'],
      ['dismiss', ''],
      ['reported-again', 'two'],
    ],
  );
});

test('MOD-2: the same key makes one report', async () => {
  const { moderation, bob, postId, ann } = await world();
  const claim = { userId: bob.userId, key: 'k', bodyHash: 'h' };
  const first = await moderation.report(bob, { postId, reason: 'spam' }, claim);
  const second = await moderation.report(bob, { postId, reason: 'spam' }, claim);
  assert.deepEqual([second.report.id, second.isNew], [first.report.id, true]);
  const other = { ...claim, bodyHash: 'i' };
  await assert.rejects(
    moderation.report(bob, { userId: ann.userId, reason: 'spam' }, other),
    refuses('idempotency-mismatch'),
  );
});

test('MOD-4: administrators see every report with the words, in pages; others do not', async () => {
  const { moderation, posts, ann, bob, root, join, follow, open } = await world();
  follow(bob, ann);
  const quiet = (await posts.create(ann, { text: 'for followers', visibility: 'followers' })).post.id;
  await moderation.report(bob, { postId: quiet, reason: 'other', note: 'see' });
  for (let i = 0; i < 4; i++) {
    const { id } = (await posts.create(ann, { text: `${i}` })).post;
    await moderation.report(join(`p${i}`), { postId: id, reason: 'spam' });
  }
  const texts: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await moderation.list(root, { state: 'open', limit: 2, cursor });
    texts.push(...page.items.map(({ text }) => text));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.deepEqual(texts, ['for followers', '0', '1', '2', '3']);
  const [first] = await open();
  assert.deepEqual([first?.reporter?.username, first?.owner?.username], ['bob', 'ann']);
  await assert.rejects(moderation.list(bob, { state: 'open', limit: 5 }), refuses('forbidden'));
  await assert.rejects(moderation.view(bob, first!.report.id), refuses('forbidden'));
  await assert.rejects(
    moderation.resolve(bob, first!.report.id, { action: 'dismiss' }),
    refuses('forbidden'),
  );
});

test('MOD-5, MOD-6: settling acts on the subject, once, and settles its other reports', async () => {
  const { moderation, posts, comments, ann, bob, cid, root, postId, open, closed, reportsOn } = await world();
  const comment = await comments.create(cid, { postId, comment: 'bad' });
  const [a, b, c, d] = [
    (await moderation.report(bob, { postId, reason: 'spam' })).report.id,
    (await moderation.report(cid, { postId, reason: 'hate' })).report.id,
    (await moderation.report(bob, { commentId: comment.id, reason: 'hate' })).report.id,
    (await moderation.report(bob, { userId: ann.userId, reason: 'hate' })).report.id,
  ];
  await assert.rejects(moderation.resolve(root, c, { action: 'remove-post' }), refuses('invalid'));
  await assert.rejects(moderation.resolve(root, a, { action: 'remove-comment' }), refuses('invalid'));
  await moderation.resolve(root, c, { action: 'remove-comment', note: 'gone' });
  assert.deepEqual(await comments.byIds([comment.id]), [undefined]);
  const settled = await Promise.allSettled([
    moderation.resolve(root, a, { action: 'remove-post', note: 'why' }),
    moderation.resolve(root, a, { action: 'remove-post' }),
  ]);
  assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
  await assert.rejects(posts.requireVisible(ann, postId), refuses('not-found'));
  await assert.rejects(moderation.resolve(root, b, { action: 'dismiss' }), refuses('conflict'));
  assert.equal(await reportsOn(postId), 2);
  await moderation.resolve(root, d, { action: 'deactivate-account' });
  assert.deepEqual(closed, [ann.userId]);
  assert.deepEqual(await open(), []);
  const done = await moderation.list(root, { state: 'resolved', limit: 10 });
  assert.deepEqual(
    done.items.map(({ report }) => report.resolution?.action),
    ['deactivate-account', 'remove-comment', 'remove-post', 'remove-post'],
  );
  assert.equal((await moderation.view(root, b)).history.at(-1)?.byId, root.userId);
});

test('MOD-7: an erased reporter’s words are gone, the report stays', async () => {
  const { moderation, bob, root, postId, open } = await world();
  const { id } = (await moderation.report(bob, { postId, reason: 'spam', note: 'private words' })).report;
  assert.equal(await moderation.eraseOf(bob.userId), true);
  assert.doesNotMatch(JSON.stringify(await moderation.view(root, id)), /private words/);
  assert.equal((await open()).length, 1);
});

test('MOD-1, MOD-4, MOD-5 over HTTP', async () => {
  const { moderation, bob, root, postId } = await world();
  const app = await testServer();
  moderationRoutes(app, { moderation });
  const send = (payload: object) =>
    app.inject({ method: 'POST', url: '/v1/reports', headers: as(bob.userId), payload });
  assert.equal((await send({ postId, reason: 'boring' })).statusCode, 422);
  const made = await send({ postId, reason: 'spam', note: 'x' });
  assert.equal(made.statusCode, 201);
  const again = await send({ postId, reason: 'spam' });
  assert.equal(again.statusCode, 200);
  assert.equal(again.json().id, made.json().id);
  const admin = as(root.userId, 'admin');
  assert.equal((await app.inject({ url: '/v1/admin/reports', headers: as(bob.userId) })).statusCode, 403);
  const [listed] = (await app.inject({ url: '/v1/admin/reports', headers: admin })).json().items;
  assert.deepEqual([listed.subject.text, listed.note, listed.resolution], ['T\n\nrude', 'x', null]);
  const url = `/v1/admin/reports/${listed.id}/resolution`;
  const payload = { action: 'remove-post', note: 'rude' };
  assert.equal((await app.inject({ method: 'POST', url, headers: as(bob.userId), payload })).statusCode, 403);
  const settled = await app.inject({ method: 'POST', url, headers: admin, payload });
  assert.equal(settled.statusCode, 200);
  assert.equal(settled.json().resolution.action, 'remove-post');
  assert.equal((await app.inject({ method: 'POST', url, headers: admin, payload })).statusCode, 409);
  const one = await app.inject({ url: `/v1/admin/reports/${listed.id}`, headers: admin });
  assert.equal(one.json().history.length, 2);
  await app.close();
});
