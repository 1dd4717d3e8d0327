import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from '../../http/server.ts';
import type { AccountsSettings } from './context.ts';
import { registerAccountRoutes } from './http.ts';
import { createProfiles, emptyRelation } from './profiles.ts';
import { goodPassword, registered, testAccounts } from './test-accounts.ts';

async function testApp(settings: Partial<AccountsSettings> = {}) {
  const world = testAccounts(settings);
  const { accounts, deps } = world;
  const { publicUrl } = deps.settings;
  const blocked = new Set<string>();
  const profiles = createProfiles({
    directory: accounts.directory,
    parts: {
      followCounts: async (ids) => ids.map(() => ({ followers: 2, following: 1 })),
      relations: async (_viewer, ids) => ids.map(() => ({ ...emptyRelation, following: true })),
      isBlocked: async (viewer, id) => blocked.has(`${viewer} ${id}`),
      postsCount: async (ids) => ids.map(() => 3),
    },
  });
  const app = await createServer({
    authenticators: accounts.authenticator,
    claimSecret: Buffer.alloc(32),
    publicUrl,
    clock: world.clock,
  });
  const visits: string[] = [];
  const onProfileVisit = (viewerId: string, userId: string) => visits.push(`${viewerId} ${userId}`);
  registerAccountRoutes(app, { accounts, profiles, publicUrl, onProfileVisit });
  return { ...world, app, blocked, visits };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const body = { username: 'anna', email: 'Anna@example.org', password: goodPassword, bio: 'Hello' };

test('POST /v1/users answers with the own record and a token that works', async () => {
  const { app } = await testApp();
  const made = await app.inject({ method: 'POST', url: '/v1/users', payload: body });
  assert.equal(made.statusCode, 201);
  const { user, token } = made.json();
  assert.equal(user.username, 'anna');
  assert.equal(user.email, 'anna@example.org');
  assert.deepEqual(user.counts, { followers: 2, following: 1, posts: 3 });
  assert.equal(made.headers['set-cookie'], undefined);
  assert.equal(made.headers['cache-control'], 'no-store');
  const me = await app.inject({ url: '/v1/users/me', headers: bearer(token) });
  assert.deepEqual(me.json(), user);
  const again = await app.inject({ method: 'POST', url: '/v1/users', payload: body });
  assert.equal(again.statusCode, 409);
  const bad = await app.inject({ method: 'POST', url: '/v1/users', payload: { ...body, password: 'short' } });
  assert.equal(bad.statusCode, 422);
  assert.equal(bad.json().errors[0].field, 'password');
});

test('POST /v1/users with an Idempotency-Key can be repeated', async () => {
  const { app } = await testApp();
  const send = (payload: object) =>
    app.inject({ method: 'POST', url: '/v1/users', payload, headers: { 'idempotency-key': 'k1' } });
  const [first, second] = [await send(body), await send(body)];
  assert.equal(first.statusCode, 201);
  assert.equal(second.statusCode, 201);
  assert.equal(second.json().user.id, first.json().user.id);
  assert.notEqual(second.json().token, first.json().token);
  assert.equal((await send({ ...body, username: 'other' })).statusCode, 422);
});

test('a login may set a cookie, which counts; logging out takes it back', async () => {
  const { app, accounts } = await testApp({ publicUrl: 'https://kith.test' });
  await registered(accounts, 'anna');
  const payload = { login: 'anna', password: goodPassword, cookie: true };
  const opened = await app.inject({ method: 'POST', url: '/v1/sessions', payload });
  assert.equal(opened.statusCode, 201);
  const cookie = String(opened.headers['set-cookie']);
  assert.match(cookie, /^kith_session=ks_\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000; Secure$/);
  const headers = { cookie: cookie.split(';')[0]! };
  assert.equal((await app.inject({ url: '/v1/users/me', headers })).statusCode, 200);
  const logOut = (more: object) =>
    app.inject({ method: 'DELETE', url: '/v1/sessions/current', headers: { ...headers, ...more } });
  assert.equal((await logOut({ 'sec-fetch-site': 'cross-site' })).statusCode, 403);
  const out = await logOut({ 'sec-fetch-site': 'same-origin' });
  assert.equal(out.statusCode, 204);
  assert.match(String(out.headers['set-cookie']), /^kith_session=; .*Max-Age=0/);
  assert.equal((await app.inject({ url: '/v1/users/me', headers })).statusCode, 401);
});

test('sessions are listed and ended one by one, one’s own only', async () => {
  const { app, accounts } = await testApp();
  const anna = await registered(accounts, 'anna');
  const berta = await registered(accounts, 'berta');
  const list = await app.inject({ url: '/v1/sessions', headers: bearer(anna.token) });
  const { items, nextCursor } = list.json();
  assert.equal(nextCursor, null);
  assert.equal(items.length, 1);
  assert.equal(items[0].current, true);
  const end = (token: string) =>
    app.inject({ method: 'DELETE', url: `/v1/sessions/${items[0].id}`, headers: bearer(token) });
  assert.equal((await end(berta.token)).statusCode, 404);
  assert.equal((await end(anna.token)).statusCode, 204);
  assert.equal((await end(anna.token)).statusCode, 401);
});

test('PATCH /v1/users/me changes what is sent and refuses the rest', async () => {
  const { app, accounts } = await testApp();
  const { token } = await registered(accounts, 'anna');
  const patch = (payload: object) =>
    app.inject({ method: 'PATCH', url: '/v1/users/me', headers: bearer(token), payload });
  const changed = await patch({ displayName: ' Anna  ', bio: 'a\r\nb', location: 'Bern', isPrivate: true });
  assert.equal(changed.statusCode, 200);
  const { displayName, bio, location, isPrivate } = changed.json();
  assert.deepEqual(
    { displayName, bio, location, isPrivate },
    {
      displayName: 'Anna',
      bio: 'a\nb',
      location: 'Bern',
      isPrivate: true,
    },
  );
  assert.equal((await patch({ location: null })).json().location, null);
  assert.equal((await patch({ avatarMediaId: '01gk8240000' })).statusCode, 422);
  assert.equal((await patch({ displayName: '' })).statusCode, 422);
  assert.equal((await patch({ isAdmin: true, state: 'deleted' })).json().state, 'active');
});

test('GET /v1/users/{id} shows a profile to anybody, without what is its owner’s; hidden is absent', async () => {
  const { app, accounts, blocked } = await testApp();
  const anna = await registered(accounts, 'anna');
  const berta = await registered(accounts, 'berta');
  await accounts.update(berta.principal, { gender: 'f', birthDate: '1990-05-31' });
  const see = (reference: string, token?: string) =>
    app.inject({ url: `/v1/users/${reference}`, headers: token ? bearer(token) : {} });
  for (const reference of [berta.id, '@berta', '@Berta']) {
    const seen = await see(reference);
    assert.equal(seen.statusCode, 200);
    assert.equal(seen.json().viewer.following, false);
    assert.doesNotMatch(seen.body, /email|birthDate|gender|1990|example\.org/);
  }
  assert.equal((await see('@berta', anna.token)).json().viewer.following, true);
  blocked.add(`${anna.id} ${berta.id}`);
  const hidden = [await see('@berta', anna.token), await see('@nobody'), await see('nonsense')];
  await accounts.deactivate(berta.principal);
  hidden.push(await see(berta.id));
  for (const { statusCode } of hidden) assert.equal(statusCode, 404);
  const details = hidden.map((answer) => answer.json().detail);
  assert.equal(new Set(details).size, 1);
});

test('routes that need a caller say so, and admin routes refuse others', async () => {
  const { app, accounts } = await testApp();
  const admin = await registered(accounts, 'anna');
  const { token } = await registered(accounts, 'berta');
  for (const [method, url] of [
    ['GET', '/v1/users/me'],
    ['PATCH', '/v1/users/me'],
    ['DELETE', '/v1/users/me'],
    ['GET', '/v1/users/me/history'],
    ['GET', '/v1/sessions'],
    ['POST', '/v1/users/me/app-passwords'],
    ['POST', '/v1/users/me/deactivation'],
    ['DELETE', '/v1/users/me/deactivation'],
    ['GET', '/v1/admin/users'],
  ] as const) {
    assert.equal((await app.inject({ method, url })).statusCode, 401, `${method} ${url}`);
  }
  for (const [method, url] of [
    ['GET', '/v1/admin/users'],
    ['GET', '/v1/admin/invitations'],
    ['PUT', `/v1/admin/users/${admin.id}/closure`],
    ['POST', `/v1/admin/users/${admin.id}/password-reset`],
  ] as const) {
    assert.equal((await app.inject({ method, url, headers: bearer(token) })).statusCode, 403, url);
  }
  const page = await app.inject({ url: '/v1/admin/users?limit=1', headers: bearer(admin.token) });
  assert.equal(page.json().items[0].username, 'berta');
  const next = `/v1/admin/users?limit=1&cursor=${page.json().nextCursor}`;
  assert.equal(
    (await app.inject({ url: next, headers: bearer(admin.token) })).json().items[0].username,
    'anna',
  );
});

test('an account is deactivated, comes back with its own session, and is deleted with its password', async () => {
  const { app, accounts } = await testApp();
  const { token } = await registered(accounts, 'anna');
  const headers = bearer(token);
  const url = '/v1/users/me/deactivation';
  assert.equal((await app.inject({ method: 'POST', url, headers })).statusCode, 204);
  assert.equal((await app.inject({ url: '/v1/users/me', headers })).statusCode, 401);
  assert.equal((await app.inject({ method: 'DELETE', url, headers })).statusCode, 204);
  assert.equal((await app.inject({ url: '/v1/users/me', headers })).statusCode, 200);
  const remove = (password: string) =>
    app.inject({ method: 'DELETE', url: '/v1/users/me', headers, payload: { password } });
  assert.equal((await remove('not the password')).statusCode, 403);
  const removed = await remove(goodPassword);
  assert.equal(removed.statusCode, 202);
  assert.equal(removed.json().deleteAfter, '2026-06-15T00:00:00.000Z');
  const payload = { login: 'anna', password: goodPassword };
  assert.equal((await app.inject({ method: 'POST', url: '/v1/sessions', payload })).statusCode, 201);
});

test('app passwords and resets over HTTP', async () => {
  const { app, accounts, mailer } = await testApp();
  const { token } = await registered(accounts, 'anna');
  const url = '/v1/users/me/app-passwords';
  const payload = { name: 'backup' };
  const made = await app.inject({ method: 'POST', url, headers: bearer(token), payload });
  assert.equal(made.statusCode, 201);
  const { id, secret } = made.json();
  const basic = { authorization: `Basic ${Buffer.from(`anna:${secret}`).toString('base64')}` };
  assert.equal((await app.inject({ url: '/v1/users/me', headers: basic })).statusCode, 200);
  const list = await app.inject({ url, headers: bearer(token) });
  assert.equal(list.json().items[0].name, 'backup');
  assert.doesNotMatch(list.body, /secret|ha1|Hash/);
  const removal = () => app.inject({ method: 'DELETE', url: `${url}/${id}`, headers: bearer(token) });
  assert.equal((await removal()).statusCode, 204);
  assert.equal((await app.inject({ url: '/v1/users/me', headers: basic })).statusCode, 401);

  const answers = await Promise.all(
    ['anna@example.org', 'nobody@example.org', 'nonsense'].map((email) =>
      app.inject({ method: 'POST', url: '/v1/password-resets', payload: { email } }),
    ),
  );
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [202, 202, 202],
  );
  await accounts.idle();
  const link = /reset\/(\S+)/.exec(mailer.sent[0]!.text)![1]!;
  const password = 'another river at dusk';
  const reset = await app.inject({
    method: 'PUT',
    url: `/v1/password-resets/${link}`,
    payload: { password },
  });
  assert.equal(reset.statusCode, 204);
  assert.equal((await app.inject({ url: '/v1/users/me', headers: bearer(token) })).statusCode, 401);
});

test('a challenge is offered to programs, and its answer taken', async () => {
  const { app, accounts } = await testApp();
  const { principal } = await registered(accounts, 'anna');
  await accounts.createAppPassword(principal, { name: 'backup' });
  const answer = await app.inject({ url: '/v1/users/me', headers: { 'user-agent': 'curl/8' } });
  assert.equal(answer.statusCode, 401);
  const challenges = [answer.headers['www-authenticate']].flat().join('\n');
  assert.match(challenges, /Digest realm="Kith", qop="auth", algorithm=SHA-256, nonce="/);
});

test('GET /v1/users/{id} tells of a visit by somebody else, and of no other', async () => {
  const { app, accounts, visits } = await testApp();
  const [anna, berta] = [await registered(accounts, 'anna'), await registered(accounts, 'berta')];
  const look = async (reference: string, token?: string) =>
    app.inject({ url: `/v1/users/${reference}`, ...(token && { headers: bearer(token) }) });
  await look('@berta');
  await look('@anna', anna.token);
  await look('@nobody', anna.token);
  assert.deepEqual(visits, []);
  assert.equal((await look('@berta', anna.token)).statusCode, 200);
  assert.deepEqual(visits, [`${anna.account.id} ${berta.account.id}`]);
});
