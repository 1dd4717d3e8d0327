import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { postRoutes } from './http.ts';
import { postWorld } from './test-world.ts';

async function served() {
  const world = postWorld();
  const app = await testServer();
  postRoutes(app, world);
  const send = async (
    who: string | null,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
  ) => {
    const response = await app.inject({
      method,
      url,
      ...(who === null ? {} : { headers: as(who) }),
      ...(body ? { payload: body } : {}),
    });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  return { ...world, app, send };
}

test('POST-2 over HTTP: write, read, change, list, delete', async () => {
  const { join, send, app } = await served();
  const [ann, bob] = [join('ann').userId, join('bob').userId];
  assert.equal((await send(null, 'POST', '/v1/posts', { text: 'x' })).status, 401);
  const made = await send(ann, 'POST', '/v1/posts', { userId: ann, text: 'Hello #World', hashtags: ['a'] });
  assert.equal(made.status, 201);
  assert.deepEqual(made.body.hashtags, ['a', 'world']);
  const url = `/v1/posts/${made.body.id}`;
  assert.deepEqual((await send(bob, 'GET', url)).body, made.body);
  assert.deepEqual((await send(null, 'GET', url)).body, made.body);
  assert.equal((await send(bob, 'PATCH', url, { text: 'x' })).status, 403);
  const changed = await send(ann, 'PATCH', url, { text: 'Bye' });
  assert.equal(changed.status, 200);
  assert.notEqual(changed.body.editedAt, null);
  assert.equal(changed.body.publishedAt, made.body.publishedAt);
  assert.equal((await send(bob, 'GET', `${url}/revisions`)).body.items[0].text, 'Hello #World');
  assert.deepEqual((await send(bob, 'GET', '/v1/users/@ann/posts')).body, {
    items: [changed.body],
    nextCursor: null,
  });
  assert.equal((await send(bob, 'GET', '/v1/users/@ann/posts?limit=0')).status, 422);
  assert.equal((await send(bob, 'DELETE', url)).status, 403);
  assert.equal((await send(ann, 'DELETE', url)).status, 204);
  assert.equal((await send(ann, 'GET', url)).status, 404);
  await app.close();
});

test('POST-3 over HTTP: acting for another is 403, media and bad fields are 422', async () => {
  const { join, send, app } = await served();
  const [ann, bob] = [join('ann').userId, join('bob').userId];
  assert.equal((await send(ann, 'POST', '/v1/posts', { userId: bob, text: 'x' })).status, 403);
  for (const body of [{}, { text: 5 }, { text: 'x', visibility: 'all' }, { text: 'x', mediaIds: ['a'] }]) {
    const { status, body: problem } = await send(ann, 'POST', '/v1/posts', body);
    assert.equal(status, 422, JSON.stringify(body));
    assert.ok(problem.errors.length > 0);
  }
  const one = await send(ann, 'POST', '/v1/posts', { text: 'x', hashtags: '#a #b' });
  assert.deepEqual(one.body.hashtags, ['a', 'b']);
  await app.close();
});

test('POST-4 over HTTP: the same Idempotency-Key answers 201 with the same post', async () => {
  const { join, app } = await served();
  const headers = { ...as(join('ann').userId), 'idempotency-key': 'one' };
  const post = (text: string) => app.inject({ method: 'POST', url: '/v1/posts', headers, payload: { text } });
  const [first, second] = [await post('x'), await post('x')];
  assert.equal(first.statusCode, 201);
  assert.equal(second.statusCode, 201);
  assert.deepEqual(second.json(), first.json());
  assert.equal((await post('y')).statusCode, 422);
  await app.close();
});
