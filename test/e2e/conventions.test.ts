/** What holds for every route of a kind: lists, keys against repetition, logging in. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type Person, settled, until } from './client.ts';
import { pathOf } from './route-case.ts';
import { routeCases } from './route-cases.ts';
import { createWorld, passwordOf, type World } from './world.ts';

let world: World;
const itemsEach = 5;

before(async () => {
  world = await createWorld();
  const { admin, anna, berta, dora, paul } = world;
  const people = await Promise.all(Array.from({ length: itemsEach }, () => world.somebody()));
  const postId = await world.postBy(anna);
  for (const person of people) {
    await person.post('/v1/follow', { followeeId: anna.id });
    await person.post('/v1/follow', { followeeId: paul.id });
    await person.post('/v1/likes', { postId });
    await world.commentBy(person, postId);
    await world.postBy(person);
    await anna.post('/v1/follow', { followeeId: person.id });
    await berta.post('/v1/follow', { followeeId: person.id });
    await dora.put(`/v1/blocks/${person.id}`);
    await paul.put(`/v1/mutes/${person.id}`);
    await admin.post('/v1/admin/invitations', {});
    await world.postBy(anna);
  }
  await settled(world.client);
});
after(() => world.close());

const key = (of: unknown): string => {
  const item = of as { id?: string; post?: { id: string }; user?: { id: string }; hashtag?: string };
  return item.id ?? item.post?.id ?? item.user?.id ?? item.hashtag ?? JSON.stringify(item);
};

/** Every page, held to what lists promise. */
async function allPages(person: Person, path: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const mark = path.includes('?') ? '&' : '?';
    const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await person.get(`${path}${mark}limit=${limit}${from}`);
    assert.ok(page.items.length <= limit, path);
    if (page.nextCursor !== null)
      assert.equal(page.items.length, limit, `${path}: a page that is not the last is full`);
    keys.push(...page.items.map(key));
    cursor = page.nextCursor;
  } while (cursor !== null);
  assert.equal(new Set(keys).size, keys.length, `${path}: nothing comes twice`);
  return keys;
}

test('every list takes limits from 1 to 100, fills its pages, and ends with a null cursor', async () => {
  // A journal has no end: it gives a cursor to go on from always, and `hasMore`.
  const journals = ['GET /v1/changes'];
  const lists = world.client.contract.routes.filter(
    ({ name, operation }) =>
      !journals.includes(name) && operation.parameters?.some((parameter) => parameter.name === 'cursor'),
  );
  assert.ok(lists.length > 15);
  let long = 0;
  for (const { name } of lists) {
    const each = routeCases.find(({ route }) => route === name)!;
    const ask = (await each.ask?.(world)) ?? {};
    // What a case makes may tell somebody something, and so move a list.
    if (each.ask) await settled(world.client);
    const person = each.as === 'nobody' ? world.berta : world[each.as ?? 'anna'];
    const path = pathOf(name, ask);
    const mark = path.includes('?') ? '&' : '?';
    for (const limit of [0, 101])
      assert.equal((await person.send('GET', `${path}${mark}limit=${limit}`)).status, 422, path);
    const [whole, small] = [await allPages(person, path, 100), await allPages(person, path, 2)];
    assert.deepEqual(small, whole, path);
    const usual = await person.get(path);
    assert.deepEqual(usual.items.map(key), whole.slice(0, 20), path);
    if (whole.length >= itemsEach) long++;
  }
  assert.ok(long >= 10, `only ${long} lists had something on more than two pages`);
  const { anna, dora, paul } = world;
  const more: [Person, string][] = [
    [dora, '/v1/blocks'],
    [paul, '/v1/mutes'],
    [paul, '/v1/follow-requests'],
    [anna, `/v1/users/${anna.id}/followers`],
  ];
  for (const [person, path] of more) {
    const whole = await allPages(person, path, 100);
    assert.ok(whole.length >= itemsEach, path);
    assert.deepEqual(await allPages(person, path, 2), whole, path);
  }
});

test('a cursor neither skips nor repeats while posts arrive', async () => {
  const { anna, berta } = world;
  const paths = [
    `/v1/feeds/${berta.id}`,
    `/v1/feeds/${berta.id}?order=relevant`,
    `/v1/users/${anna.id}/posts`,
  ];
  for (const path of paths) {
    const newest = await world.postBy(anna);
    const earlier = await until(
      'the newest post is there',
      () => allPages(berta, path, 100),
      (ids) => ids.includes(newest),
    );
    const mark = path.includes('?') ? '&' : '?';
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: { items: unknown[]; nextCursor: string | null } = await berta.get(
        `${path}${mark}limit=2${from}`,
      );
      seen.push(...page.items.map(key));
      cursor = page.nextCursor;
      await world.postBy(anna);
    }
    // Two rankings a moment apart may differ in order; each is whole.
    const inOrder = (ids: string[]) => (path.includes('relevant') ? ids.toSorted() : ids);
    assert.deepEqual(inOrder(seen), inOrder(earlier), path);
  }
});

/** A member that makes the body another one. */
const otherwise = (path: string) => {
  if (path === '/v1/follow') return { followerId: world.anna.id };
  return path === '/v1/reports' ? { note: 'again' } : { userId: world.anna.id };
};

test('a key makes a thing once, refuses another body, and is one’s own', async () => {
  const { anna, berta } = world;
  const makers: [string, () => Promise<object>, (answer: Answer) => unknown][] = [
    ['/v1/posts', async () => ({ text: 'once' }), ({ json }) => json.id],
    ['/post', async () => ({ text: 'once' }), ({ json }) => json.id],
    [
      '/v1/comments',
      async () => ({ postId: await world.postBy(anna), comment: 'once' }),
      ({ json }) => json.id,
    ],
    ['/v1/likes', async () => ({ postId: await world.postBy(berta) }), ({ status }) => status < 300],
    [
      '/v1/reports',
      async () => ({ postId: await world.postBy(berta), reason: 'spam' }),
      ({ json }) => json.id,
    ],
    ['/v1/follow', async () => ({ followeeId: (await world.somebody()).id }), ({ status }) => status < 300],
  ];
  for (const [path, make, what] of makers) {
    const body = await make();
    const headers = { 'idempotency-key': `the key of ${path}`.replaceAll(' ', '-') };
    const first = await anna.send('POST', path, body, headers);
    assert.equal(first.status, 201, `${path}: ${first.text}`);
    const reordered = Object.fromEntries(Object.entries(body).reverse());
    for (const again of [body, reordered])
      assert.deepEqual(what(await anna.send('POST', path, again, headers)), what(first), path);
    const other = await anna.send('POST', path, { ...body, ...otherwise(path) }, headers);
    assert.deepEqual([other.status, other.json.code], [422, 'idempotency-mismatch'], path);
    const hers = await berta.send('POST', '/v1/posts', { text: 'mine' }, headers);
    assert.equal(hers.status, 201, 'a key is its sender’s own');
  }
  const username = world.freshName();
  const body = { username, email: `${username}@example.org`, password: passwordOf(username) };
  const register = () =>
    world.client.send({
      method: 'POST',
      path: '/v1/users',
      body,
      headers: { 'idempotency-key': 'registering' },
    });
  const [first, again] = [await register(), await register()];
  assert.deepEqual([first.status, again.status], [201, 201]);
  assert.equal(again.json.user.id, first.json.user.id);
});

test('of the same key several times at once, one makes and the others wait or hear of it', async () => {
  const { anna } = world;
  const username = world.freshName();
  const body = { username, email: `${username}@example.org`, password: passwordOf(username) };
  // Registering computes a hash, so the first is certainly still under way when the others arrive.
  const answers = await Promise.all(
    Array.from({ length: 6 }, () =>
      world.client.send({
        method: 'POST',
        path: '/v1/users',
        body,
        headers: { 'idempotency-key': 'at-once' },
      }),
    ),
  );
  const busy = answers.filter(({ status }) => status === 409);
  assert.ok(busy.length > 0);
  for (const each of busy) {
    assert.equal(each.json.code, 'in-progress');
    assert.ok(each.headers.get('retry-after'));
  }
  const made = answers.filter(({ status }) => status === 201).map(({ json }) => json.user.id);
  assert.equal(new Set(made).size, 1);
  const posts = await Promise.all(
    Array.from({ length: 20 }, () =>
      anna.send('POST', '/v1/posts', { text: 'exactly one' }, { 'idempotency-key': 'one-post' }),
    ),
  );
  assert.ok(posts.every(({ status }) => status === 201 || status === 409));
  const { items } = await anna.get(`/v1/users/${anna.id}/posts?limit=100`);
  assert.equal(items.filter(({ text }: { text: string }) => text === 'exactly one').length, 1);
});

test('a refused login does not tell whether there is such an account', async () => {
  const gone = await world.somebody();
  await gone.delete('/v1/users/me', { password: passwordOf(gone.username) });
  const attempt = async (path: string, login: string) => {
    const body = { login, password: 'certainly not the password' };
    const { status, json, headers } = await world.client.send({ method: 'POST', path, body });
    const { instance: _, ...told } = json;
    return { status, told, challenge: headers.get('www-authenticate') };
  };
  for (const path of ['/v1/sessions', '/login']) {
    const known = await attempt(path, 'anna');
    assert.equal(known.status, 401);
    for (const login of ['anna@example.org', 'nobody_has_this', 'nobody@example.org', gone.username, '@', ''])
      assert.deepEqual(await attempt(path, login), known, login);
  }
  const ask = async (email: string) =>
    (await world.client.send({ method: 'POST', path: '/v1/password-resets', body: { email } })).text;
  assert.equal(await ask('anna@example.org'), await ask('nobody@example.org'));
});

test('undoing twice is done both times', async () => {
  const { anna, berta } = world;
  const postId = await world.postBy(berta);
  const { id } = await world.somebody();
  for (const path of [`/v1/likes/${postId}`, `/v1/follow/${id}`, `/v1/blocks/${id}`, `/v1/mutes/${id}`])
    for (let i = 0; i < 2; i++) assert.equal((await anna.send('DELETE', path)).status, 204, path);
});

test('what is absent and what is hidden answer alike', async () => {
  const { anna, clara } = world;
  const hidden = await world.postBy(anna);
  const told = async (path: string) => {
    const { status, json } = await clara.send('GET', path);
    const { instance: _, ...rest } = json;
    return { status, ...rest };
  };
  assert.deepEqual(await told(`/v1/posts/${hidden}`), await told('/v1/posts/7zzzzzzzzzz'));
  assert.deepEqual(await told(`/v1/users/${anna.id}`), await told('/v1/users/7zzzzzzzzzz'));
  assert.deepEqual(await told('/v1/users/@anna'), await told('/v1/users/@nobody_at_all'));
});

test('public posts and profiles are pages for whoever is not logged in, and nothing else is', async () => {
  const { anna, paul, client } = world;
  const read = async (path: string, cookie = '') => {
    const answer = await fetch(client.url + path, { headers: { accept: 'text/html', cookie } });
    return { status: answer.status, text: await answer.text() };
  };
  const pageOf = async (person: Person) => `/p/${await world.postBy(person)}`;
  for (const path of [await pageOf(anna), '/@anna']) {
    const { status, text } = await read(path);
    assert.equal(status, 200);
    assert.match(text, /<div id="app"><div[\s\S]*something to talk about #talk/);
    const own = await read(path, `kith_session=${anna.token}`);
    assert.match(own.text, /<div id="app"><\/div>/);
  }
  const absent = await Promise.all(
    ['/p/nonsense', await pageOf(paul), '/@paul', '/@nobody'].map((path) => read(path)),
  );
  assert.equal(new Set(absent.map(({ text }) => text)).size, 1);
  assert.ok(absent.every(({ status }) => status === 404));
});
