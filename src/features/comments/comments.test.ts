import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { createEngagement } from '../engagement/index.ts';
import { postWorld } from '../posts/test-world.ts';
import { purgeQueue } from '../purging/index.ts';
import { commentRoutes } from './http.ts';
import { commentJson, createComments } from './index.ts';
import {
  commentPlaces,
  commentReplies,
  commentRevisions,
  commentsByPost,
  commentsByThread,
  commentsByUser,
} from './tables.ts';

const refuses = (code: string, field?: string) => (error: unknown) =>
  error instanceof Refusal &&
  error.code === code &&
  (field === undefined || error.fields.some((each) => each.field === field));

async function world() {
  const base = postWorld();
  const comments = createComments({ ...base.deps, posts: base.posts });
  const [ann, bob, cid] = [base.join('ann'), base.join('bob'), base.join('cid')];
  const { id: postId } = (await base.posts.create(ann, { text: 'x' })).post;
  const say = async (who: Principal, comment: string, parentId?: Id) =>
    (await comments.create(who, { postId, comment, parentId })).id;
  const shown = async (who: Principal | null = null, parentId?: Id) =>
    (await comments.list(who, postId, { limit: 100, parentId })).items.map(commentJson);
  const count = async () => (await base.posts.counts([postId]))[0]!.comments;
  return { ...base, comments, ann, bob, cid, postId, say, shown, count };
}

test('COMMENT-1: comments and replies, oldest first, flat, with their authors', async () => {
  const { say, shown, ann, bob, postId, count, comments, clock } = await world();
  const first = await say(bob, ' Hello @ann \n');
  const reply = await say(ann, 'Yes', first);
  const second = await say(bob, 'Second');
  const at = new Date(clock.nowMs()).toISOString();
  assert.deepEqual((await shown())[0], {
    id: first,
    postId,
    parentId: null,
    author: { id: bob.userId, username: 'bob', displayName: 'bob', avatarUrl: null },
    comment: 'Hello @ann',
    replies: 1,
    createdAt: at,
    editedAt: null,
  });
  assert.deepEqual(
    (await shown()).map(({ id, parentId }) => [id, parentId]),
    [
      [first, null],
      [reply, first],
      [second, null],
    ],
  );
  assert.deepEqual(
    (await shown(null, first)).map(({ id }) => id),
    [reply],
  );
  assert.equal(await count(), 3);
  const [found, none] = await comments.byIds([first, 'nothing']);
  assert.deepEqual(found?.mentions, [ann.userId]);
  assert.equal(none, undefined);
});

test('COMMENT-2: what cannot be said is refused', async () => {
  const { comments, ann, bob, cid, postId, say, posts, block, alter } = await world();
  const first = await say(bob, 'x');
  const { id: otherPost } = (await posts.create(ann, { text: 'y' })).post;
  const at = (more: object) => comments.create(bob, { postId, comment: 'x', ...more });
  await assert.rejects(at({ comment: ' ' }), refuses('invalid', 'comment'));
  await assert.rejects(at({ comment: 'é'.repeat(5001) }), refuses('invalid', 'comment'));
  await assert.rejects(at({ userId: ann.userId }), refuses('forbidden'));
  await assert.rejects(at({ postId: 'nothing' }), refuses('not-found'));
  await assert.rejects(at({ parentId: 'nothing' }), refuses('invalid', 'parentId'));
  await assert.rejects(at({ postId: otherPost, parentId: first }), refuses('invalid', 'parentId'));
  block(cid, bob);
  await assert.rejects(
    comments.create(cid, { postId, comment: 'x', parentId: first }),
    refuses('invalid', 'parentId'),
  );
  alter(bob, { state: 'deactivated' });
  await assert.rejects(
    comments.create(ann, { postId, comment: 'x', parentId: first }),
    refuses('invalid', 'parentId'),
  );
  block(ann, cid);
  await assert.rejects(comments.create(cid, { postId, comment: 'x' }), refuses('not-found'));
  let parentId: Id | undefined;
  for (let depth = 0; depth <= 50; depth++) parentId = await say(ann, `${depth}`, parentId);
  await assert.rejects(say(ann, 'deeper', parentId), refuses('invalid', 'parentId'));
});

test('COMMENT-3: the same key makes one comment', async () => {
  const { comments, bob, postId, shown, say, ann } = await world();
  const parentId = await say(ann, 'parent');
  const claim = { userId: bob.userId, key: 'k', bodyHash: 'h' };
  const made = await Promise.all(
    Array.from({ length: 5 }, () => comments.create(bob, { postId, comment: 'once', parentId }, claim)),
  );
  assert.equal(new Set(made.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    (await shown()).map(({ replies }) => replies),
    [1, 0],
  );
  await comments.delete(bob, made[0]!.id);
  await assert.rejects(
    comments.create(bob, { postId, comment: 'once', parentId }, claim),
    refuses('not-found'),
  );
});

test('COMMENT-4: an edit keeps every version; only the author edits; 403 where visible, 404 where not', async () => {
  const { comments, say, shown, bob, cid, ann, block, postId, posts, count } = await world();
  const id = await say(bob, 'one');
  await comments.edit(bob, id, { comment: 'two @cid' });
  await comments.edit(bob, id, { comment: 'three' });
  await comments.edit(bob, id, { comment: 'three' });
  const [view] = await shown();
  assert.equal(view?.comment, 'three');
  assert.notEqual(view?.editedAt, null);
  assert.equal(await count(), 1);
  const { items } = await comments.revisions(cid, id, { limit: 10 });
  assert.deepEqual(
    items.map(({ text }) => text),
    ['two @cid', 'one'],
  );
  await assert.rejects(comments.edit(ann, id, { comment: 'x' }), refuses('forbidden'));
  block(bob, cid);
  await assert.rejects(comments.edit(cid, id, { comment: 'x' }), refuses('not-found'));
  await assert.rejects(comments.revisions(cid, id, { limit: 10 }), refuses('not-found'));
  await posts.change(ann, postId, { visibility: 'only-me' });
  await assert.rejects(comments.edit(bob, id, { comment: 'x' }), refuses('not-found'));
  await assert.rejects(comments.revisions(bob, id, { limit: 10 }), refuses('not-found'));
});

test('COMMENT-5: one with replies stays without its text, and goes with its last reply', async () => {
  const { comments, say, shown, count, ann, bob, cid, records, postId } = await world();
  const top = await say(bob, 'secret top');
  const middle = await say(cid, 'secret middle', top);
  const low = await say(bob, 'low', middle);
  const side = await say(ann, 'side', top);
  await comments.delete(bob, top);
  await comments.delete(cid, middle);
  assert.deepEqual(
    (await shown()).map(({ id, author, comment, deleted }) => [id, author?.username, comment, deleted]),
    [
      [top, undefined, '', true],
      [middle, undefined, '', true],
      [low, 'bob', 'low', undefined],
      [side, 'ann', 'side', undefined],
    ],
  );
  assert.equal(await count(), 2);
  assert.doesNotMatch(JSON.stringify(await records.scan(commentsByThread, { limit: 100 })), /secret/);
  await assert.rejects(say(ann, 'late', top), refuses('invalid', 'parentId'));
  await assert.rejects(comments.delete(bob, top), refuses('not-found'));
  await comments.delete(bob, low);
  assert.deepEqual(
    (await shown()).map(({ id, replies }) => [id, replies]),
    [
      [top, 1],
      [side, 0],
    ],
  );
  await comments.delete(ann, side);
  assert.deepEqual(await shown(), []);
  assert.equal(await count(), 0);
  for (const table of [commentsByThread, commentsByPost, commentPlaces, commentReplies, commentsByUser]) {
    assert.deepEqual((await records.scan<object>(table, { limit: 10 })).rows, [], table.name);
  }
  assert.deepEqual(await comments.byIds([top]), [undefined]);
  assert.ok(postId);
});

test('COMMENT-5: deleted comments above leave in the very commit in which their last reply goes', async () => {
  const { comments, say, shown, bob, records } = await world();
  const chainOf = async (length: number) => {
    const chain: Id[] = [];
    for (let i = 0; i < length; i++) chain.push(await say(bob, 'x', chain.at(-1)));
    return chain;
  };
  const commit = records.commit;
  for (const [length, commits] of [
    [3, 1],
    [12, 1],
    [20, 2],
  ] as const) {
    const chain = await chainOf(length);
    for (const id of chain.slice(0, -1)) await comments.delete(bob, id);
    let made = 0;
    records.commit = (each) => {
      made++;
      return commit(each);
    };
    await comments.delete(bob, chain.at(-1)!);
    records.commit = commit;
    assert.equal(made, commits);
    assert.deepEqual(await shown(), []);
  }
});

test('COMMENT-6: its author, the post’s author and an administrator delete; others 403 or 404', async () => {
  const { comments, say, ann, bob, cid, join, block, posts, postId } = await world();
  const root = join('root', { isAdmin: true });
  const [a, b, c, d] = [await say(bob, 'a'), await say(bob, 'b'), await say(bob, 'c'), await say(bob, 'd')];
  await assert.rejects(comments.delete(cid, a), refuses('forbidden'));
  await comments.delete(ann, a);
  await comments.delete(root, b);
  block(bob, cid);
  await assert.rejects(comments.delete(cid, c), refuses('not-found'));
  block(ann, bob);
  await comments.delete(bob, c);
  await comments.delete(ann, d);
  await posts.delete(ann, postId);
  await assert.rejects(comments.list(ann, postId, { limit: 5 }), refuses('not-found'));
});

test('COMMENT-7: comments of hidden people are hidden from this viewer only', async () => {
  const { say, shown, ann, bob, cid, block, alter } = await world();
  await say(bob, 'bob');
  await say(cid, 'cid');
  await say(ann, 'ann');
  const texts = async (who: Principal | null) => (await shown(who)).map(({ comment }) => comment);
  block(cid, bob);
  assert.deepEqual(await texts(bob), ['bob', 'ann']);
  assert.deepEqual(await texts(cid), ['cid', 'ann']);
  assert.deepEqual(await texts(null), ['bob', 'cid', 'ann']);
  alter(cid, { state: 'deactivated' });
  assert.deepEqual(await texts(ann), ['bob', 'ann']);
});

test('COMMENT-8: numbers are exact when many reply and delete at once', async () => {
  const { comments, say, shown, count, bob, cid } = await world();
  const parent = await say(bob, 'parent');
  const replies = await Promise.all(Array.from({ length: 60 }, (_, i) => say(cid, `${i}`, parent)));
  assert.equal((await shown(null))[0]?.replies, 60);
  assert.equal(await count(), 61);
  await Promise.all(
    [
      comments.delete(bob, parent),
      ...replies.flatMap((id, i) =>
        i % 2 ? [comments.delete(cid, id), comments.delete(cid, id).catch(() => undefined)] : [],
      ),
    ].map((each) => each.catch((error) => assert.ok(refuses('not-found')(error)))),
  );
  assert.equal(await count(), 30);
  assert.deepEqual((await shown())[0]?.replies, 30);
  await Promise.all(replies.filter((_, i) => i % 2 === 0).map((id) => comments.delete(cid, id)));
  assert.equal(await count(), 0);
  assert.deepEqual(await shown(), []);
});

test('COMMENT-8: a reply is a conversation with whom it answers, until it is deleted', async () => {
  const { comments, say, ann, bob, cid, deps, posts } = await world();
  const engagement = createEngagement({ ...deps, posts });
  const first = await say(bob, 'to ann');
  const reply = await say(cid, 'to bob', first);
  assert.deepEqual(await engagement.affinityOf(bob.userId, [ann.userId, cid.userId]), [
    { comments: 1 },
    { replies: 1 },
  ]);
  assert.deepEqual(await engagement.affinityOf(cid.userId, [ann.userId, bob.userId]), [{}, { comments: 1 }]);
  await comments.delete(cid, reply);
  assert.deepEqual(await engagement.affinityOf(cid.userId, [bob.userId]), [{}]);
});

test('COMMENT-8: two processes share the work without losing a reply', async () => {
  const { comments, say, shown, bob, deps, posts, postId } = await world();
  const parentId = await say(bob, 'parent');
  const elsewhere = createComments({ ...deps, posts });
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      (i % 2 ? comments : elsewhere).create(bob, { postId, comment: `${i}`, parentId }),
    ),
  );
  assert.equal((await shown())[0]?.replies, 10);
});

test('COMMENT-9: pages are full, in order, and neither skip nor repeat while comments arrive and go', async () => {
  const { comments, say, bob, cid, postId, block, join } = await world();
  const viewer = join('dan');
  block(viewer, cid);
  const visible: Id[] = [];
  for (let i = 0; i < 50; i++) {
    const id = await say(i % 5 === 0 ? cid : bob, `${i}`);
    if (i % 5 !== 0) visible.push(id);
  }
  const seen: Id[] = [];
  let cursor: string | undefined;
  do {
    const page = await comments.list(viewer, postId, { limit: 7, cursor });
    if (page.nextCursor) assert.equal(page.items.length, 7);
    seen.push(...page.items.map(({ comment }) => comment.id));
    cursor = page.nextCursor ?? undefined;
    if (seen.length <= 21) {
      await comments.delete(bob, seen.at(-1)!);
      visible.push(await say(bob, 'new'));
    }
  } while (cursor);
  assert.deepEqual(seen, visible);
});

test('COMMENT-10: purged with the post, erased with the account, and no earlier version lives on', async () => {
  const { comments, say, shown, bob, cid, records, posts, ann, postId } = await world();
  const first = await say(bob, 'first');
  for (let i = 0; i < 40; i++) await say(i % 2 ? bob : cid, `${i}`, first);
  const edited = await say(cid, 'before');
  await comments.edit(cid, edited, { comment: 'after' });
  while (!(await comments.eraseOf(bob.userId)));
  assert.equal((await shown()).filter(({ author }) => author?.username === 'bob').length, 0);
  assert.equal((await shown())[0]?.deleted, true);
  await comments.delete(cid, edited);
  const queued = (await records.scan(purgeQueue, { limit: 10 })).rows;
  assert.deepEqual(
    queued.map(({ key, value }) => [key[0], value.subjectId]),
    [['comment', edited]],
  );
  assert.equal(await comments.purgeRevisions(edited), true);
  const last = await say(cid, 'one');
  await comments.edit(cid, last, { comment: 'two' });
  await posts.delete(ann, postId);
  while (!(await comments.purgeOfPost(postId)));
  for (const table of [
    commentsByThread,
    commentsByPost,
    commentPlaces,
    commentReplies,
    commentsByUser,
    commentRevisions,
  ]) {
    assert.deepEqual((await records.scan<object>(table, { limit: 10 })).rows, [], table.name);
  }
});

test('COMMENT-1, COMMENT-4, COMMENT-5 over HTTP', async () => {
  const { comments, ann, bob, postId } = await world();
  const app = await testServer();
  commentRoutes(app, { comments });
  const send = async (
    who: Principal | null,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
  ) => {
    const headers = who ? as(who.userId) : {};
    const response = await app.inject({ method, url, headers, ...(payload ? { payload } : {}) });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  const made = await send(bob, 'POST', '/v1/comments', {
    postId,
    comment: 'one',
    userId: bob.userId,
    parentId: null,
  });
  assert.equal(made.status, 201);
  const url = `/v1/comments/${made.body.id}`;
  assert.equal((await send(null, 'POST', '/v1/comments', { postId, comment: 'x' })).status, 401);
  assert.equal((await send(bob, 'POST', '/v1/comments', { postId })).status, 422);
  assert.equal((await send(ann, 'PATCH', url, { comment: 'x' })).status, 403);
  assert.equal((await send(bob, 'PATCH', url, { comment: 'two' })).body.comment, 'two');
  assert.deepEqual((await send(null, 'GET', `${url}/revisions`)).body.items[0].comment, 'one');
  const reply = await send(ann, 'POST', '/v1/comments', { postId, comment: 're', parentId: made.body.id });
  assert.equal((await send(bob, 'DELETE', url)).status, 204);
  assert.equal((await send(bob, 'DELETE', url)).status, 404);
  const list = `/v1/posts/${postId}/comments`;
  assert.deepEqual(
    (await send(null, 'GET', list)).body.items.map((item: { deleted?: boolean }) => item.deleted),
    [true, undefined],
  );
  const replies = await send(null, 'GET', `${list}?parentId=${made.body.id}&limit=1`);
  assert.deepEqual(replies.body, { items: [reply.body], nextCursor: null });
  await app.close();
});
