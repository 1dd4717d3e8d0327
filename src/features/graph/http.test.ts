import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { createProfiles } from '../accounts/index.ts';
import { registerGraphRoutes } from './http.ts';
import { testGraph } from './test-graph.ts';

async function testApp() {
  const world = await testGraph();
  const { graph, accounts } = world;
  const app = await testServer();
  const profiles = createProfiles({
    directory: accounts.directory,
    parts: { ...graph, postsCount: async (ids) => ids.map(() => 0) },
  });
  registerGraphRoutes(app, { graph, profiles });
  const [anna, berta, clara] = await Promise.all(['anna', 'berta', 'clara'].map(world.person));
  const send = (
    who: { userId: string } | undefined,
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    payload?: object,
  ) => app.inject({ method, url, headers: who ? as(who.userId) : {}, ...(payload ? { payload } : {}) });
  return { ...world, app, send, anna: anna!, berta: berta!, clara: clara! };
}

test('follow answers 201, then 200; unfollow 204 both times; lists show it', async () => {
  const { send, anna, berta } = await testApp();
  const body = { followeeId: berta.userId, followerId: anna.userId };
  const first = await send(anna, 'POST', '/v1/follow', body);
  assert.equal(first.statusCode, 201);
  assert.deepEqual(first.json(), { state: 'following' });
  assert.equal((await send(anna, 'POST', '/v1/follow', body)).statusCode, 200);
  const followers = await send(undefined, 'GET', `/v1/users/${berta.userId}/followers`);
  assert.equal(followers.json().items[0].username, 'anna');
  assert.equal(followers.json().nextCursor, null);
  const following = await send(berta, 'GET', '/v1/users/@anna/following');
  assert.deepEqual(following.json().items[0].counts, { followers: 1, following: 0, posts: 0 });
  for (let i = 0; i < 2; i++) {
    assert.equal((await send(anna, 'DELETE', `/v1/follow/${berta.userId}`)).statusCode, 204);
  }
  const history = await send(anna, 'GET', '/v1/follow-history');
  assert.deepEqual(
    history.json().items.map(({ kind }: { kind: string }) => kind),
    ['ended', 'followed'],
  );
});

test('what may not be followed is refused', async () => {
  const { send, anna, berta } = await testApp();
  const attempt = async (who: typeof anna | undefined, body: object) =>
    (await send(who, 'POST', '/v1/follow', body)).statusCode;
  assert.equal(await attempt(undefined, { followeeId: berta.userId }), 401);
  assert.equal(await attempt(anna, { followeeId: anna.userId, followerId: berta.userId }), 403);
  assert.equal(await attempt(anna, { followeeId: anna.userId }), 422);
  assert.equal(await attempt(anna, {}), 422);
  assert.equal(await attempt(anna, { followeeId: 'nonsense' }), 404);
});

test('requests of a private account are listed, accepted and turned down', async () => {
  const { send, accounts, anna, berta, clara } = await testApp();
  await accounts.update(clara, { isPrivate: true });
  for (const who of [anna, berta]) {
    const asked = await send(who, 'POST', '/v1/follow', { followeeId: clara.userId });
    assert.equal(asked.statusCode, 201);
    assert.deepEqual(asked.json(), { state: 'requested' });
  }
  const list = await send(clara, 'GET', '/v1/follow-requests');
  assert.equal(list.json().items.length, 2);
  assert.equal((await send(clara, 'PUT', `/v1/follow-requests/${anna.userId}`)).statusCode, 204);
  assert.equal((await send(clara, 'DELETE', `/v1/follow-requests/${berta.userId}`)).statusCode, 204);
  assert.equal((await send(clara, 'PUT', `/v1/follow-requests/${berta.userId}`)).statusCode, 404);
  const followers = `/v1/users/${clara.userId}/followers`;
  assert.equal((await send(anna, 'GET', followers)).json().items[0].username, 'anna');
  assert.equal((await send(berta, 'GET', followers)).statusCode, 404);
  assert.equal((await send(undefined, 'GET', followers)).statusCode, 404);
  assert.equal((await send(clara, 'DELETE', `/v1/users/me/followers/${anna.userId}`)).statusCode, 204);
  assert.equal((await send(anna, 'GET', followers)).statusCode, 404);
});

test('blocks and mutes are set, listed and taken back, each twice', async () => {
  const { send, anna, berta } = await testApp();
  for (const path of ['/v1/mutes', '/v1/blocks']) {
    for (let i = 0; i < 2; i++) {
      assert.equal((await send(anna, 'PUT', `${path}/${berta.userId}`)).statusCode, 204);
    }
    assert.equal((await send(anna, 'GET', path)).json().items[0].username, 'berta');
    if (path === '/v1/blocks') {
      const hidden = await send(berta, 'GET', `/v1/users/${anna.userId}/followers`);
      assert.equal(hidden.statusCode, 404);
    }
    for (let i = 0; i < 2; i++) {
      assert.equal((await send(anna, 'DELETE', `${path}/${berta.userId}`)).statusCode, 204);
    }
    assert.deepEqual((await send(anna, 'GET', path)).json().items, []);
    assert.equal((await send(anna, 'PUT', `${path}/${anna.userId}`)).statusCode, 422);
    assert.equal((await send(anna, 'PUT', `${path}/nonsense`)).statusCode, 404);
    assert.equal((await send(undefined, 'GET', path)).statusCode, 401);
  }
});

test('a list’s cursor goes on where it ended, and one of another list is refused', async () => {
  const { send, anna, berta, clara } = await testApp();
  for (const who of [anna, berta]) await send(who, 'POST', '/v1/follow', { followeeId: clara.userId });
  const url = `/v1/users/${clara.userId}/followers?limit=1`;
  const first = (await send(undefined, 'GET', url)).json();
  assert.equal(first.items[0].username, 'berta');
  const second = (await send(undefined, 'GET', `${url}&cursor=${first.nextCursor}`)).json();
  assert.equal(second.items[0].username, 'anna');
  assert.equal(second.nextCursor, null);
  const wrong = `/v1/users/${clara.userId}/following?cursor=${first.nextCursor}`;
  assert.equal((await send(undefined, 'GET', wrong)).statusCode, 422);
  assert.equal(
    (await send(undefined, 'GET', `/v1/users/${clara.userId}/followers?limit=101`)).statusCode,
    422,
  );
});
