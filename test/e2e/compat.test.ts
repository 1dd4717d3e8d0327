/** The other request shapes, as their clients send them; Digest with an app password, right and wrong. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type Answer, type Method, type Person, until } from './client.ts';
import { createWorld, passwordOf, type World } from './world.ts';

let world: World;
let secret: string;
before(async () => {
  world = await createWorld();
  secret = (await world.anna.post('/v1/users/me/app-passwords', { name: 'script' })).secret;
});
after(() => world.close());

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What a client answers to a challenge (RFC 7616). */
function digestOf(challenge: string, request: { method: string; uri: string; user: string; secret: string }) {
  const part = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(challenge)![1]!;
  const [realm, nonce] = [part('realm'), part('nonce')];
  assert.match(challenge, /algorithm=SHA-256/);
  const { method, uri, user } = request;
  const [nc, cnonce] = ['00000001', 'c2F5IG5vdGhpbmc'];
  const ha1 = sha256(`${user}:${realm}:${request.secret}`);
  const response = sha256(`${ha1}:${nonce}:${nc}:${cnonce}:auth:${sha256(`${method}:${uri}`)}`);
  return (
    `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, ` +
    `qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`
  );
}

/** Asks twice, as curl --digest does: without a credential, then with the answer to the challenge. */
async function digest(
  method: Method,
  path: string,
  body?: object,
  { user = 'anna', secret: key = secret }: { user?: string; secret?: string } = {},
): Promise<Answer> {
  const first = await world.client.send({ method, path, body });
  assert.equal(first.status, 401);
  const challenge = /Digest .*/.exec(first.headers.get('www-authenticate')!)![0];
  const headers = { authorization: digestOf(challenge, { method, uri: path, user, secret: key }) };
  return world.client.send({ method, path, body, headers });
}

const status = async (answer: Promise<Answer>) => (await answer).status;
const feedHas = (person: Person, path: string, postId: string) =>
  until(
    `${path} has ${postId}`,
    () => person.get(path),
    ({ items }) => items.some(({ post }: { post: { id: string } }) => post.id === postId),
  );

test('file sharing: with Digest, as written', async () => {
  const { anna, berta, dora } = world;
  const at = `/user/${anna.id}`;
  const made = await digest('POST', `${at}/post`, { data: 'words', dataTitle: 'A title', dataType: 'text' });
  assert.deepEqual([made.status, made.json.text, made.json.title], [201, 'words', 'A title']);
  const photo = await digest('POST', `${at}/post`, { data: '', dataTitle: '', dataType: 'png' });
  assert.equal(photo.status, 422);
  assert.match(photo.json.errors[0].message, /not available yet/);

  const comment = { commentText: 'indeed', dateTime: '2020-06-20T00:00:00-0700[utz]' };
  const commented = await digest('POST', `${at}/${made.json.id}`, comment);
  assert.deepEqual([commented.status, commented.json.comment], [201, 'indeed']);
  assert.equal(await status(digest('POST', `${at}/123`, comment)), 404);

  const follow = { followId: dora.id, followedDateTime: '2020-06-20T00:00:00-0700' };
  assert.equal(await status(digest('POST', `${at}/follow`, { followId: 123 })), 404);
  assert.deepEqual((await digest('POST', `${at}/follow`, follow)).json, { state: 'following' });
  assert.equal(await status(digest('POST', `${at}/follow`, follow)), 200);
  const left = { followId: dora.id, unfollowedDateTime: '2021-06-20T00:00:00-0700' };
  for (let i = 0; i < 2; i++) assert.equal(await status(digest('POST', `${at}/unfollow`, left)), 204);
  const [ended, begun] = (await anna.get('/v1/follow-history')).items;
  assert.deepEqual(
    [begun.clientTime, ended.clientTime],
    [follow.followedDateTime, left.unfollowedDateTime],
    'the client’s own times are kept beside ours',
  );

  const feed = await digest('GET', `${at}/news-feed?limit=5`);
  assert.equal(feed.json.items[0].post.id, made.json.id);
  assert.equal(await status(digest('DELETE', `${at}/post/${made.json.id}`)), 204);
  assert.equal(await status(anna.send('GET', `/v1/posts/${made.json.id}`)), 404);
  assert.equal(await status(digest('GET', `/user/${berta.id}/news-feed`)), 403);
});

test('Digest is refused with a wrong secret, the account’s password, another name, and a second time', async () => {
  const path = `/user/${world.anna.id}/news-feed`;
  assert.equal(await status(digest('GET', path)), 200);
  assert.equal(await status(digest('GET', path, undefined, { secret: `${secret}x` })), 401);
  assert.equal(await status(digest('GET', path, undefined, { secret: passwordOf('anna') })), 401);
  assert.equal(await status(digest('GET', path, undefined, { user: 'berta' })), 401);
  assert.equal(await status(digest('GET', path, undefined, { user: 'nobody_at_all' })), 401);
  const { headers } = await world.client.send({ method: 'GET', path });
  const challenge = /Digest .*/.exec(headers.get('www-authenticate')!)![0];
  const authorization = digestOf(challenge, { method: 'GET', uri: path, user: 'anna', secret });
  const send = (to: string) =>
    status(world.client.send({ method: 'GET', path: to, headers: { authorization } }));
  assert.equal(await send(`${path}?limit=1`), 401, 'it is good for one path only');
  assert.equal(await send(path), 200);
  assert.equal(await send(path), 401, 'nobody can send it again');
});

test('social media: as written', async () => {
  const { anna, berta, client } = world;
  const made = await anna.post('/post', { title: 'Sunday', description: 'by the lake' });
  await feedHas(berta, `/user/feed/${berta.id}`, made.id);
  const list = await client.send({ method: 'GET', path: `/post/user/${anna.id}` });
  assert.equal(list.json.items[0].id, made.id);
  assert.deepEqual(
    list.json,
    (await client.send({ method: 'GET', path: `/v1/users/${anna.id}/posts` })).json,
  );
  const profile = await berta.get(`/user/profile/${anna.id}`);
  assert.deepEqual(profile, await berta.get(`/v1/users/${anna.id}`));
  assert.equal(await status(berta.send('GET', `/user/feed/${anna.id}`)), 403);
});

test('image sharing: as written', async () => {
  const { berta, client } = world;
  const welcome = await client.send({ method: 'GET', path: '/get_homepage' });
  assert.deepEqual(welcome.json.items, []);
  assert.match(welcome.json.welcome, /^Welcome/);
  const send = (path: string, body: object) => client.send({ method: 'POST', path, body });
  const email = 'zoe.stern@example.org';
  const first = await send('/register', { name: 'Zoë Stern', email, password: passwordOf('zoe') });
  assert.deepEqual([first.status, first.json.user.username], [201, 'zoe_stern']);
  assert.equal(first.json.user.displayName, 'Zoë Stern');
  const second = await send('/register', {
    name: 'Zoë Stern',
    email: 'another@example.org',
    password: passwordOf('zoe'),
  });
  assert.equal(second.json.user.username, 'zoe_stern2');
  for (const name of [{ login: 'zoe_stern' }, { username: 'zoe_stern' }, { email }]) {
    const entered = await send('/login', { ...name, password: passwordOf('zoe') });
    assert.deepEqual([entered.status, entered.json.user?.id], [201, first.json.user.id]);
    assert.equal(entered.headers.get('cache-control'), 'no-store');
  }
  const { token } = first.json;
  const body = { followeeId: berta.id, followerId: first.json.user.id };
  const followed = await client.send({ method: 'POST', path: '/follow', body, token });
  assert.deepEqual([followed.status, followed.json], [201, { state: 'following' }]);
  const postId = await world.postBy(berta);
  const timeline = await until(
    'the timeline has the post',
    async () => (await client.send({ method: 'GET', path: '/get_timeline', token })).json,
    ({ items }) => items[0]?.post.id === postId,
  );
  const home = await client.send({ method: 'GET', path: '/get_homepage', token });
  assert.deepEqual(home.json, timeline);
  const found = await until(
    'berta is found',
    async () => (await client.send({ method: 'GET', path: '/search_user?q=berta', token })).json,
    ({ items }) => items.length > 0,
  );
  assert.equal(found.items[0].id, berta.id);
  const image = { mediaUrl: '/media/1', description: 'the lake' };
  assert.equal((await client.send({ method: 'POST', path: '/post_image', body: image, token })).status, 422);
});

test('news feed: as written, for oneself only', async () => {
  const { anna, berta } = world;
  const text = { userId: anna.id, text: 'The content of a post', hashtags: '#one, two' };
  const made = await anna.post('/v1/posts', text);
  assert.deepEqual(made.hashtags, ['one', 'two']);
  const image = { userId: anna.id, mediaUrl: 'https://example.org/1.png', description: 'x', hashtags: 'a' };
  assert.equal(await status(anna.send('POST', '/v1/posts', image)), 422);
  const comment = { userId: berta.id, postId: made.id, comment: 'The text of a comment' };
  const like = { userId: berta.id, postId: made.id };
  const follow = { followerId: berta.id, followeeId: anna.id };
  for (const [path, body, wanted] of [
    ['/v1/comments', comment, 201],
    ['/v1/likes', like, 201],
    ['/v1/follow', follow, 200],
  ] as const) {
    assert.equal(await status(anna.send('POST', path, body)), 403, path);
    assert.equal(await status(berta.send('POST', path, body)), wanted, path);
  }
  assert.equal(await status(berta.send('POST', '/v1/posts', text)), 403);
  await feedHas(berta, `/v1/feeds/${berta.id}`, made.id);
});
