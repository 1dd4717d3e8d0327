import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { write } from '../../ports/records/records.ts';
import type { Visibility } from './index.ts';
import { postCounts, postRevisions, posts as postsTable } from './tables.ts';
import { type PostWorld, postWorld, until } from './test-world.ts';

const refuses = (code: string, field?: string) => (error: unknown) =>
  error instanceof Refusal &&
  error.code === code &&
  (field === undefined || error.fields.some((each) => each.field === field));

const textsOf = async ({ posts }: PostWorld, viewer: Principal | null, author: Principal, limit = 100) =>
  (await posts.list(viewer, author.userId, { limit })).items.map(({ body }) => JSON.parse(`{${body}}`).text);

test('POST-2: a new post stands at once, whole, in its own right and in its author’s list', async () => {
  const world = postWorld();
  const { posts, join } = world;
  const ann = join('ann');
  const bob = join('bob');
  const { post, isNew } = await posts.create(ann, {
    title: ' Sea ',
    text: 'Sun and #Sand, with @BOB, @nobody and @ann',
    description: 'On the #beach',
    hashtags: ['#Summer', 'sand'],
    clientTime: '2020-01-01',
  });
  assert.equal(isNew, true);
  assert.deepEqual(await posts.requireVisible(bob, post.id), post);
  assert.deepEqual(post.hashtags, ['summer', 'sand', 'beach']);
  assert.deepEqual(post.mentions, [bob.userId, ann.userId]);
  assert.equal(post.feedKey, post.id);
  const text = await posts.presentOne(bob.userId, post);
  assert.equal(await posts.presentOne(ann.userId, post, { isNew: true }), text);
  const at = new Date(post.createdAtMs).toISOString();
  assert.deepEqual(JSON.parse(text), {
    id: post.id,
    author: { id: ann.userId, username: 'ann', displayName: 'ann', avatarUrl: null },
    title: 'Sea',
    text: 'Sun and #Sand, with @BOB, @nobody and @ann',
    description: 'On the #beach',
    hashtags: ['summer', 'sand', 'beach'],
    media: [],
    visibility: 'public',
    state: 'published',
    createdAt: at,
    publishedAt: at,
    editedAt: null,
    counts: { likes: 0, comments: 0, reactions: {} },
    viewer: { reaction: null },
  });
  assert.deepEqual(await posts.listByAuthor(ann.userId, { limit: 10 }), [
    { feedKey: post.id, postId: post.id },
  ]);
  assert.deepEqual(await posts.authoredCounts([ann.userId, bob.userId]), [1, 0]);
});

test('POST-3: what cannot be posted is refused by field', async () => {
  const { posts, join } = postWorld();
  const ann = join('ann');
  const bob = join('bob');
  const cases: [Parameters<typeof posts.create>[1], string][] = [
    [{}, 'text'],
    [{ text: '  \n ' }, 'text'],
    [{ text: 'é'.repeat(50_001) }, 'text'],
    [{ title: 'x'.repeat(201) }, 'title'],
    [{ title: 'two\nlines' }, 'title'],
    [{ description: 'x'.repeat(10_001) }, 'description'],
    [{ text: 'x', hashtags: ['no-tag'] }, 'hashtags'],
    [{ text: 'x', hashtags: Array.from({ length: 31 }, (_, i) => `t${i}`) }, 'hashtags'],
    [{ text: 'x', mediaIds: ['m'] }, 'mediaIds'],
    [{ text: 'x', mediaUrl: 'https://example.org/x' }, 'mediaIds'],
  ];
  for (const [input, field] of cases) {
    await assert.rejects(
      posts.create(ann, input),
      refuses('invalid', field),
      JSON.stringify(input).slice(0, 80),
    );
  }
  await assert.rejects(posts.create(ann, { text: 'x', userId: bob.userId }), refuses('forbidden'));
  assert.equal((await posts.create(ann, { text: 'é'.repeat(50_000), userId: ann.userId })).isNew, true);
  assert.deepEqual((await posts.create(ann, { text: 'x', hashtags: '#a, b #c' })).post.hashtags, [
    'a',
    'b',
    'c',
  ]);
});

test('POST-4: the same key makes one post, however many send it at once', async () => {
  const { posts, join } = postWorld();
  const ann = join('ann');
  const claim = { userId: ann.userId, key: 'k', bodyHash: 'h' };
  const made = await Promise.all(Array.from({ length: 5 }, () => posts.create(ann, { text: 'once' }, claim)));
  assert.equal(new Set(made.map(({ post }) => post.id)).size, 1);
  assert.equal(made.filter(({ isNew }) => isNew).length, 1);
  assert.equal((await posts.listByAuthor(ann.userId, { limit: 10 })).length, 1);
  assert.deepEqual(await posts.authoredCounts([ann.userId]), [1]);
  await assert.rejects(
    posts.create(ann, { text: 'other' }, { ...claim, bodyHash: 'i' }),
    refuses('idempotency-mismatch'),
  );
  await posts.delete(ann, made[0]!.post.id);
  await assert.rejects(posts.create(ann, { text: 'once' }, claim), refuses('not-found'));
});

test('POST-5: only the author changes a post; hidden is 404, visible is 403', async () => {
  const { posts, join } = postWorld();
  const [ann, bob, admin] = [join('ann'), join('bob'), join('root', { isAdmin: true })];
  const open = (await posts.create(ann, { text: 'open' })).post;
  const own = (await posts.create(ann, { text: 'own', visibility: 'only-me' })).post;
  await assert.rejects(posts.change(bob, open.id, { text: 'x' }), refuses('forbidden'));
  await assert.rejects(posts.change(admin, open.id, { text: 'x' }), refuses('forbidden'));
  await assert.rejects(posts.change(bob, own.id, { text: 'x' }), refuses('not-found'));
  await assert.rejects(posts.change(bob, 'no-such-id', { text: 'x' }), refuses('not-found'));
  await assert.rejects(posts.delete(bob, open.id), refuses('forbidden'));
  await assert.rejects(posts.delete(bob, own.id), refuses('not-found'));
  await posts.delete(admin, own.id);
  await posts.delete(ann, open.id);
  await assert.rejects(posts.delete(ann, open.id), refuses('not-found'));
  await assert.rejects(posts.change(ann, open.id, { text: 'x' }), refuses('not-found'));
  await assert.rejects(posts.requireVisible(ann, open.id), refuses('not-found'));
  assert.deepEqual(await posts.listByAuthor(ann.userId, { limit: 10 }), []);
});

test('POST-6: an edit keeps every earlier version, and is seen at once through warm caches', async () => {
  const { posts, join, clock } = postWorld();
  const [ann, bob] = [join('ann'), join('bob')];
  const { post } = await posts.create(ann, { text: 'one #x @bob', hashtags: ['kept'] });
  const place = { authorId: ann.userId, feedKey: post.id };
  await posts.cards([place]);
  clock.advance(1000);
  const second = await posts.change(ann, post.id, { text: 'two #y' });
  assert.deepEqual(second.hashtags, ['kept', 'y']);
  assert.deepEqual(second.mentions, []);
  assert.equal(second.editedAtMs, clock.nowMs());
  assert.equal(second.publishedAtMs, post.publishedAtMs);
  assert.match((await posts.cards([place]))[0]!.body, /two #y/);
  assert.match((await posts.cardsById([post.id]))[0]!.body, /two #y/);
  clock.advance(1000);
  await posts.change(ann, post.id, { title: 'Titled' });
  await posts.change(ann, post.id, { title: 'Titled' });
  const { items } = await posts.revisions(bob, post.id, { limit: 10 });
  assert.deepEqual(
    items.map(({ title, text, writtenAtMs }) => [title, text, writtenAtMs]),
    [
      ['', 'two #y', second.editedAtMs],
      ['', 'one #x @bob', post.createdAtMs],
    ],
  );
  await assert.rejects(posts.change(ann, post.id, { text: '', title: '' }), refuses('invalid', 'text'));
});

test('POST-7: revisions show nothing to who may not see the post, nor what was kept from them', async () => {
  const { posts, join, follow } = postWorld();
  const [ann, bob, cid] = [join('ann'), join('bob'), join('cid')];
  follow(bob, ann);
  const { post } = await posts.create(ann, { text: 'secret', visibility: 'only-me' });
  await posts.change(ann, post.id, { text: 'for friends', visibility: 'followers' });
  await posts.change(ann, post.id, { text: 'again' });
  await posts.change(ann, post.id, { text: 'for all', visibility: 'public' });
  const seen = async (who: Principal | null) =>
    (await posts.revisions(who, post.id, { limit: 10 })).items.map(({ text }) => text);
  assert.deepEqual(await seen(ann), ['again', 'for friends', 'secret']);
  assert.deepEqual(await seen(bob), ['again', 'for friends']);
  assert.deepEqual(await seen(cid), []);
  assert.deepEqual(await seen(null), []);
  await posts.change(ann, post.id, { visibility: 'only-me' });
  await assert.rejects(seen(bob), refuses('not-found'));
});

test('POST-8: two changes at once both take effect, one after the other', async () => {
  const { posts, join, records } = postWorld();
  const ann = join('ann');
  const { post } = await posts.create(ann, { text: '0' });
  await Promise.all([1, 2, 3].map((n) => posts.change(ann, post.id, { text: `${n}` })));
  const texts = (await records.list(postRevisions, [post.id], { limit: 10 })).map(({ value }) => value.text);
  const now = (await posts.get(post.id))!.text;
  assert.deepEqual([...texts, now].sort(), ['0', '1', '2', '3']);
});

test('POST-9: an author’s list holds what the viewer may see, newest first, in full pages', async () => {
  const world = postWorld();
  const { posts, join, follow, block, alter, clock } = world;
  const [ann, bob, cid] = [join('ann'), join('bob'), join('cid')];
  follow(bob, ann);
  const kinds: Visibility[] = ['public', 'followers', 'only-me'];
  for (let i = 0; i < 60; i++) {
    clock.advance(1);
    await posts.create(ann, { text: `${i}`, visibility: kinds[i % 3]! });
  }
  const expected = (allowed: number[]) =>
    Array.from({ length: 60 }, (_, i) => i)
      .filter((i) => allowed.includes(i % 3))
      .reverse()
      .map(String);
  for (const [viewer, allowed] of [
    [ann, [0, 1, 2]],
    [bob, [0, 1]],
    [cid, [0]],
    [null, [0]],
  ] as const) {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await posts.list(viewer, '@ann', { limit: 7, cursor });
      found.push(...page.items.map(({ body }) => JSON.parse(`{${body}}`).text));
      if (page.nextCursor !== null) assert.equal(page.items.length, 7);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(found, expected([...allowed]));
  }
  assert.deepEqual(await posts.authoredCounts([ann.userId]), [40]);
  alter(ann, { isPrivate: true });
  assert.deepEqual(await textsOf(world, cid, ann), []);
  assert.equal((await textsOf(world, bob, ann)).length, 40);
  block(ann, bob);
  await assert.rejects(textsOf(world, bob, ann), refuses('not-found'));
  alter(ann, { state: 'deactivated' });
  await assert.rejects(textsOf(world, cid, ann), refuses('not-found'));
  await assert.rejects(posts.list(null, '@cid', { limit: 5, cursor: 'xx' }), refuses('invalid', 'cursor'));
});

test('POST-10: warm caches never serve what another process changed', async () => {
  const { posts, join, records } = postWorld();
  const ann = join('ann');
  await posts.start();
  const { post } = await posts.create(ann, { text: 'old' });
  await posts.cardsById([post.id]);
  assert.deepEqual((await posts.counts([post.id]))[0]!.likes, 0);
  const row = (await records.get(postsTable, [post.id]))!;
  const key = ann.userId;
  const data = { postId: post.id, authorId: key };
  await records.commit({
    decide: [write.replace(postsTable, [post.id], { ...post, text: 'new' }, row.version)],
    hints: [{ kind: 'post.changed', key, data: { ...data, feedKey: post.feedKey, what: 'edited' } }],
  });
  await records.commit({
    decide: [write.add(postCounts, [post.id], { likes: 1, love: 1 })],
    hints: [{ kind: 'counts.changed', key, data }],
  });
  await until(async () => (await posts.cardsById([post.id]))[0]!.body.includes('new'));
  await until(async () => (await posts.counts([post.id]))[0]!.likes === 1);
  assert.deepEqual((await posts.counts([post.id]))[0], { likes: 1, comments: 0, reactions: { love: 1 } });
  await posts.stop();
});

test('POST-10: a card read while the post is being changed is not kept', async () => {
  const { posts, join, records } = postWorld();
  const ann = join('ann');
  const { post } = await posts.create(ann, { text: 'old' });
  const getMany = records.getMany.bind(records);
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  records.getMany = async (table, keys) => {
    const rows = await getMany(table, keys);
    if (table.name === postsTable.name) await gate;
    return rows;
  };
  const racing = posts.cardsById([post.id]);
  await new Promise((resolve) => setImmediate(resolve));
  await posts.change(ann, post.id, { text: 'new', visibility: 'only-me' });
  release();
  await racing;
  records.getMany = getMany;
  const [card] = await posts.cardsById([post.id]);
  assert.equal(card?.visibility, 'only-me');
  assert.match(card!.body, /"new"/);
});

test('POST-11: a purge removes every trace of a deleted post, and of no other', async () => {
  const { posts, join, records } = postWorld();
  const ann = join('ann');
  const gone = (await posts.create(ann, { text: 'gone' })).post;
  const kept = (await posts.create(ann, { text: 'kept' })).post;
  for (let i = 0; i < 120; i++) await posts.change(ann, gone.id, { text: `gone ${i}` });
  assert.equal(await posts.purge(kept.id), true);
  await posts.delete(ann, gone.id);
  let calls = 1;
  while (!(await posts.purge(gone.id))) calls++;
  assert.equal(calls, 3);
  assert.equal(await posts.get(gone.id), undefined);
  assert.deepEqual(await records.list(postRevisions, [gone.id], { limit: 10 }), []);
  assert.equal(await posts.purge(gone.id), true);
  assert.equal((await posts.requireVisible(null, kept.id)).text, 'kept');
  assert.deepEqual(await posts.cardsById([gone.id]), [undefined]);
});
