/** What people do in a week, on one server that is stopped and started in the middle. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, Client, type Person, passwordOf, settled, until } from './client.ts';
import { EventStream } from './event-stream.ts';
import { freshFolder, isCluster, KithProcess, removeFolder } from './kith-process.ts';

let folder: string;
let kith: KithProcess;
let client: Client;
let anna: Person;
let berta: Person;
let clara: Person;

before(async () => {
  folder = await freshFolder();
  kith = await KithProcess.start(folder);
  client = await Client.of(kith.url);
});
after(async () => {
  await kith.stop();
  await removeFolder(folder);
});

type Feed = { items: { post: { id: string; text: string; counts: { likes: number; comments: number } } }[] };
const feedOf = (person: Person, query = ''): Promise<Feed> => person.get(`/v1/feeds/${person.id}${query}`);
const idsIn = ({ items }: Feed) => items.map(({ post }) => post.id);
const inFeed = (person: Person, postId: string) =>
  until(
    `${person.username} sees ${postId}`,
    () => feedOf(person),
    (feed) => idsIn(feed).includes(postId),
  );
const notInFeed = (person: Person, postId: string) =>
  until(
    `${person.username} sees ${postId} no more`,
    () => feedOf(person),
    (feed) => !idsIn(feed).includes(postId),
  );
const status = async (answer: Promise<Answer>) => (await answer).status;
const follow = (who: Person, whom: Person) => who.post('/v1/follow', { followeeId: whom.id });

test('three people register, follow and see one another’s posts', async () => {
  [anna, berta, clara] = await Promise.all([
    client.register('anna'),
    client.register('berta'),
    client.register('clara'),
  ]);
  for (const [who, whom] of [
    [anna, berta],
    [berta, anna],
    [clara, anna],
    [anna, clara],
  ] as const)
    assert.deepEqual(await follow(who, whom), { state: 'following' });
  const made = await Promise.all(
    [anna, berta, clara].map((each) => each.post('/v1/posts', { text: `I am ${each.username} #hello` })),
  );
  const [ofAnna, ofBerta, ofClara] = made.map(({ id }) => id as string);
  const readers: [Person, (string | undefined)[]][] = [
    [anna, [ofAnna, ofBerta, ofClara]],
    [berta, [ofAnna, ofBerta]],
    [clara, [ofAnna, ofClara]],
  ];
  for (const [reader, wanted] of readers) {
    for (const id of wanted) await inFeed(reader, id!);
    assert.deepEqual(idsIn(await feedOf(reader)).sort(), [...wanted].sort());
  }
  assert.equal(await status(berta.send('GET', `/v1/feeds/${anna.id}`)), 403);
});

test('a like, a comment and a reply are counted and told live', async () => {
  const post = await anna.post('/v1/posts', { text: 'By the lake', title: 'Sunday' });
  await inFeed(berta, post.id);
  const page = await EventStream.open(anna, { posts: [post.id] });
  const other = await EventStream.open(berta, { posts: [post.id] });
  try {
    assert.equal(await status(berta.send('POST', '/v1/likes', { postId: post.id, reaction: 'love' })), 201);
    const liked = await page.next('notification', (data) => data.notification?.kind === 'like');
    assert.equal(liked.data.notification.actors[0].username, 'berta');
    assert.ok(liked.data.unread >= 1);
    const comment = await berta.post('/v1/comments', { postId: post.id, comment: 'How nice!' });
    await page.next('notification', (data) => data.notification?.comment?.id === comment.id);
    await page.next('counts', (data) => data.counts.likes === 1 && data.counts.comments === 1);
    const reply = await anna.post('/v1/comments', {
      postId: post.id,
      comment: 'Thank you',
      parentId: comment.id,
    });
    assert.equal(reply.parentId, comment.id);
    await other.next('notification', (data) => data.notification?.comment?.id === reply.id);
    const news = await anna.post('/v1/posts', { text: 'And now home' });
    const told = await other.next('post', (data) => data.postId === news.id);
    assert.equal(told.data.post.text, 'And now home');
    await anna.delete(`/v1/posts/${news.id}`);
    await other.next('post-changed', (data) => data.postId === news.id && data.what === 'removed');
  } finally {
    page.close();
    other.close();
  }
  const { items } = await feedOf(berta);
  const shown = items.find((item) => item.post.id === post.id)!.post;
  assert.deepEqual([shown.counts.likes, shown.counts.comments], [1, 2]);
  const comments = await clara.get(`/v1/posts/${post.id}/comments`);
  assert.deepEqual(
    comments.items.map((each: { comment: string }) => each.comment),
    ['How nice!', 'Thank you'],
  );
  const told = await anna.get('/v1/notifications');
  await anna.post('/v1/notifications/read', { upTo: told.items[0].id });
  assert.equal((await anna.get('/v1/notifications')).unread, 0);
});

test('people, posts and hashtags are found', async () => {
  const found = (what: string, type: string, name: (item: { username: string; hashtag: string }) => string) =>
    until(
      `“${what}” is found`,
      async () => (await clara.get(`/v1/search?type=${type}&q=${encodeURIComponent(what)}`)).items,
      (items) => items.length > 0,
    ).then((items) => items.map(name));
  assert.deepEqual(await found('bert', 'users', ({ username }) => username), ['berta']);
  assert.deepEqual(await found('#hel', 'hashtags', ({ hashtag }) => hashtag), ['hello']);
  const posts = await until(
    'the post is found',
    async () => (await clara.get('/v1/search?q=lake')).items,
    (items) => items.length > 0,
  );
  assert.equal(posts[0].author.username, 'anna');
});

test('an edit keeps what was said before', async () => {
  const post = await anna.post('/v1/posts', { text: 'first words' });
  await anna.patch(`/v1/posts/${post.id}`, { text: 'second words' });
  const changed = await anna.patch(`/v1/posts/${post.id}`, { text: 'third words' });
  assert.ok(changed.editedAt);
  const { items } = await berta.get(`/v1/posts/${post.id}/revisions`);
  assert.deepEqual(
    items.map((each: { text: string }) => each.text),
    ['second words', 'first words'],
  );
  assert.equal(await status(berta.send('PATCH', `/v1/posts/${post.id}`, { text: 'mine' })), 403);
  const comment = await berta.post('/v1/comments', { postId: post.id, comment: 'one' });
  await berta.patch(`/v1/comments/${comment.id}`, { comment: 'two' });
  const earlier = await anna.get(`/v1/comments/${comment.id}/revisions`);
  assert.equal(earlier.items[0].comment, 'one');
});

test('a deleted post is gone from feeds and everywhere else', async () => {
  const post = await anna.post('/v1/posts', { text: 'soon gone' });
  await inFeed(berta, post.id);
  await anna.delete(`/v1/posts/${post.id}`);
  await notInFeed(berta, post.id);
  for (const who of [anna, berta])
    for (const path of ['', '/comments', '/likes', '/revisions'])
      assert.equal(await status(who.send('GET', `/v1/posts/${post.id}${path}`)), 404);
});

test('everything is there after a stop and a start', async () => {
  const read = async () => ({
    feeds: await Promise.all([anna, berta, clara].map((each) => feedOf(each))),
    profile: await berta.get(`/v1/users/${anna.id}`),
    notifications: await anna.get('/v1/notifications'),
    found: await clara.get('/v1/search?q=lake'),
  });
  await settled(client);
  const earlier = await read();
  const ended = await kith.stop();
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.output);
  kith = await KithProcess.start(folder);
  client = await Client.of(kith.url);
  [anna, berta, clara] = [anna.on(client), berta.on(client), clara.on(client)];
  assert.deepEqual(await read(), earlier);
});

const shared = isCluster && 'the processes of a cluster share nothing but its engines';
test('a second server on the same folder is refused, and the first goes on', { skip: shared }, async () => {
  await assert.rejects(KithProcess.start(folder), /in use|already|another/i);
  assert.equal((await anna.get('/v1/users/me')).username, 'anna');
});

test('a block hides two people from each other', async () => {
  const ofAnna = await anna.post('/v1/posts', { text: 'before the block' });
  await inFeed(clara, ofAnna.id);
  await anna.put(`/v1/blocks/${clara.id}`);
  await notInFeed(clara, ofAnna.id);
  assert.equal(await status(clara.send('GET', `/v1/users/${anna.id}`)), 404);
  assert.equal(await status(clara.send('GET', `/v1/posts/${ofAnna.id}`)), 404);
  assert.equal(await status(clara.send('POST', '/v1/follow', { followeeId: anna.id })), 404);
  assert.equal(await status(anna.send('GET', '/v1/users/@clara')), 404);
  await anna.delete(`/v1/blocks/${clara.id}`);
  const profile = await clara.get('/v1/users/@anna');
  assert.deepEqual(profile.viewer.following, false, 'a block ends follows for good');
});

test('a private account is asked, and its posts reach its followers only', async () => {
  await berta.patch('/v1/users/me', { isPrivate: true });
  const secret = await berta.post('/v1/posts', { text: 'for my followers' });
  assert.equal(await status(clara.send('GET', `/v1/posts/${secret.id}`)), 404);
  await inFeed(anna, secret.id);
  assert.deepEqual(await follow(clara, berta), { state: 'requested' });
  assert.equal((await berta.get('/v1/follow-requests')).items[0].username, 'clara');
  assert.equal(await status(clara.send('GET', `/v1/posts/${secret.id}`)), 404);
  await berta.put(`/v1/follow-requests/${clara.id}`);
  await inFeed(clara, secret.id);
  await berta.delete(`/v1/users/me/followers/${clara.id}`);
  await notInFeed(clara, secret.id);
});

test('whoever deactivates is hidden, and comes back by logging in with everything', async () => {
  const post = await anna.post('/v1/posts', { text: 'I will be back' });
  await inFeed(berta, post.id);
  await anna.send('POST', '/v1/users/me/deactivation');
  await notInFeed(berta, post.id);
  assert.equal(await status(berta.send('GET', '/v1/users/@anna')), 404);
  assert.equal(await status(anna.send('GET', '/v1/users/me')), 401);
  const body = { login: 'anna', password: passwordOf('anna') };
  assert.equal(await status(client.send({ method: 'POST', path: '/v1/sessions', body })), 201);
  await inFeed(berta, post.id);
  const { items } = await anna.get('/v1/users/me/history');
  const kinds = items.map((each: { kind: string }) => each.kind);
  assert.deepEqual(kinds, ['reactivated', 'deactivated', 'registered']);
});

test('a request under way is answered before the server goes', async () => {
  const open = await EventStream.open(anna);
  const writes = Array.from({ length: 40 }, (_, i) =>
    anna.send('POST', '/v1/posts', { text: `last ${i}` }).then(
      (answer) => answer.status,
      () => 0,
    ),
  );
  await Promise.race(writes);
  const [ended, ...statuses] = await Promise.all([kith.stop(), ...writes]);
  open.close();
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.output);
  // A connection that was still being made may be refused; whatever was taken was answered.
  assert.ok(
    statuses.every((each) => each === 201 || each === 503 || each === 0),
    String(statuses),
  );
  kith = await KithProcess.start(folder);
  client = await Client.of(kith.url);
  const again = anna.on(client);
  const { items } = await again.get(`/v1/users/${again.id}/posts?limit=100`);
  const kept = items.filter(({ text }: { text: string }) => text.startsWith('last ')).length;
  const acknowledged = statuses.filter((each) => each === 201).length;
  assert.ok(kept >= acknowledged, `${kept} kept of ${acknowledged} acknowledged`);
});
