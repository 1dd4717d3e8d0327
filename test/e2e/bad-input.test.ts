/**
 * Whatever is sent, the answer is a problem document of the kind 4xx, and nothing has changed. The requests are
 * made from the OpenAPI document; KITH_TEST_SEED chooses which of the wrong values are tried.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { badRequests, chance } from './bad-values.ts';
import { type Answer, type Method, settled } from './client.ts';
import type { Route } from './contract.ts';
import { type Ask, pathOf, type RouteCase } from './route-case.ts';
import { routeCases } from './route-cases.ts';
import { createWorld, type World } from './world.ts';

const seed = Number(process.env['KITH_TEST_SEED'] ?? 1);
const atOnce = 16;

interface Prepared {
  route: Route;
  ask: Ask;
  token: string | undefined;
}

let world: World;
let prepared: Prepared[];
before(async () => {
  world = await createWorld();
  const first = new Map<string, RouteCase>();
  for (const each of routeCases) if (!first.has(each.route)) first.set(each.route, each);
  prepared = await Promise.all(
    world.client.contract.routes
      .filter(({ name }) => name !== 'GET /v1/stream')
      .map(async (route) => {
        const each = first.get(route.name)!;
        const ask = (await each.ask?.(world)) ?? {};
        const { as = 'anna' } = each;
        return { route, ask, token: ask.as?.token ?? (as === 'nobody' ? undefined : world[as].token) };
      }),
  );
});
after(async () => {
  const { output } = await world.close();
  assert.doesNotMatch(output, /a request failed|"level":"(error|fatal)"/);
});

/** Everybody with an account, but those that `settled` makes. */
async function peopleNames(): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await world.admin.get(`/v1/admin/users?limit=100${from}`);
    names.push(...page.items.map(({ username, state }: Record<string, string>) => `${username} ${state}`));
    cursor = page.nextCursor;
  }
  return names.filter((name) => !name.startsWith('marker_'));
}

/** Everything that people can list and count. */
async function dump(): Promise<unknown> {
  await settled(world.client);
  const { admin, anna, berta, clara, dora, paul } = world;
  const found: Record<string, unknown> = { people: await peopleNames() };
  for (const person of [admin, anna, berta, clara, dora, paul]) {
    const lists = [
      '/v1/users/me',
      `/v1/users/${person.id}/posts`,
      `/v1/users/${person.id}/followers`,
      `/v1/users/${person.id}/following`,
      '/v1/users/me/history',
      '/v1/users/me/app-passwords',
      '/v1/follow-history',
      '/v1/follow-requests',
      '/v1/blocks',
      '/v1/mutes',
      '/v1/notifications',
      `/v1/feeds/${person.id}`,
      '/v1/sessions',
      ...(person === admin ? ['/v1/admin/invitations', '/v1/admin/reports'] : []),
    ];
    for (const path of lists) {
      const answer = await person.send('GET', `${path}${path.includes('me') ? '' : '?limit=100'}`);
      found[`${person.username} ${path}`] = answer.json;
    }
  }
  for (const { post } of (await anna.get(`/v1/feeds/${anna.id}?limit=100`)).items) {
    found[`${post.id} comments`] = await anna.get(`/v1/posts/${post.id}/comments`);
    found[`${post.id} likes`] = await anna.get(`/v1/posts/${post.id}/likes`);
    found[`${post.id} revisions`] = await anna.get(`/v1/posts/${post.id}/revisions`);
  }
  return found;
}

/** Undoing what was never done is done, and to name a stream that is not here is nobody's business. */
const isDoneAnyway = (route: Route, what: string, { status }: Answer) =>
  status === 204 &&
  what.startsWith('path ') &&
  (route.method === 'DELETE' || route.path === '/v1/stream/{streamId}/posts');

function complaint(route: Route, what: string, answer: Answer): string | undefined {
  if (isDoneAnyway(route, what, answer)) return undefined;
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json');
  if (answer.status >= 400 && answer.status < 500 && isProblem && answer.json.code) return undefined;
  return `${route.name}, ${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
}

/** Sends all, a bounded number at once; answers what was wrong about their answers. */
async function complaintsAbout(
  requests: readonly { route: Route; what: string; send: () => Promise<Answer> }[],
): Promise<string[]> {
  const found: string[] = [];
  const queue = [...requests];
  const work = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { route, what, send } = next;
      try {
        const wrong = complaint(route, what, await send());
        if (wrong) found.push(wrong);
      } catch (error) {
        found.push(`${route.name}, ${what}: ${(error as Error).message}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found.sort();
}

test(`wrong fields, bodies, paths, queries and headers are refused and change nothing (seed ${seed})`, async () => {
  const pick = chance(seed);
  const requests = prepared.flatMap(({ route, ask, token }) =>
    badRequests(route, ask, pick).map(({ what, ...bad }) => ({
      route,
      what,
      send: () => world.client.send({ method: route.method as Method, token, ...bad }),
    })),
  );
  assert.ok(requests.length > 1000, `only ${requests.length} requests were made up`);
  const earlier = await dump();
  assert.deepEqual(await complaintsAbout(requests), []);
  assert.deepEqual(await dump(), earlier);
});

test('credentials that are worth nothing are refused and change nothing', async () => {
  const person = await world.somebody();
  const { id, secret } = await person.post('/v1/users/me/app-passwords', { name: 'gone' });
  await person.delete(`/v1/users/me/app-passwords/${id}`);
  await person.delete('/v1/sessions/current');
  const worthless = [
    'Bearer',
    'Bearer ',
    'Bearer nonsense',
    `Bearer ${'x'.repeat(5000)}`,
    `Bearer ${person.token}`,
    `Bearer ${secret}`,
    `Bearer ${world.anna.token.slice(0, -1)}`,
    `Bearer ${world.anna.token}x`,
    'Bearer ks_00000000000_00000000000_x',
    'Basic !!!',
    `Basic ${Buffer.from(`anna:${secret}`).toString('base64')}`,
    'Digest nonsense',
    'Digest username="anna", realm="Kith", nonce="x", uri="/", response="x"',
    'Negotiate abc',
  ];
  const requests = prepared
    .filter(({ route }) => route.operation.security.length > 0)
    .flatMap(({ route, ask }) =>
      worthless.map((authorization) => ({
        route,
        what: authorization.slice(0, 30),
        send: async () => {
          const { body } = ask;
          const path = pathOf(route.name, ask);
          const headers = { authorization };
          const answer = await world.client.send({ method: route.method as Method, path, body, headers });
          assert.equal(answer.status, 401);
          return answer;
        },
      })),
    );
  const earlier = await dump();
  assert.deepEqual(await complaintsAbout(requests), []);
  assert.deepEqual(await dump(), earlier);
});

test('a cursor of another list is refused', async () => {
  const { anna, berta } = world;
  for (let i = 0; i < 2; i++) await world.postBy(anna);
  const cursors = {
    posts: (await anna.get(`/v1/users/${anna.id}/posts?limit=1`)).nextCursor,
    feed: (await anna.get(`/v1/feeds/${anna.id}?limit=1`)).nextCursor,
    relevant: (await anna.get(`/v1/feeds/${anna.id}?limit=1&order=relevant`)).nextCursor,
    following: (await anna.get(`/v1/users/${anna.id}/following?limit=1`)).nextCursor,
    people: (await world.admin.get('/v1/admin/users?limit=1')).nextCursor,
  };
  const own: Record<string, string> = {
    '/v1/users/{id}/posts': 'posts',
    '/post/user/{userId}': 'posts',
    '/v1/users/{id}/following': 'following',
    '/v1/admin/users': 'people',
  };
  const isFeed = (path: string) => /feed|timeline|homepage/.test(path);
  const requests = prepared
    .filter(({ route }) => route.operation.parameters?.some(({ name }) => name === 'cursor'))
    .flatMap(({ route, ask, token }) =>
      Object.entries(cursors)
        .filter(([kind]) => own[route.path] !== kind)
        .filter(([kind]) => !(isFeed(route.path) && (kind === 'feed' || kind === 'relevant')))
        .map(([kind, cursor]) => ({
          route,
          what: `with a cursor of ${kind}`,
          send: async () => {
            assert.equal(typeof cursor, 'string', `no cursor of ${kind}`);
            const path = pathOf(route.name, { ...ask, query: { ...ask.query, cursor } });
            const answer = await world.client.send({ method: 'GET', path, token });
            assert.equal(answer.status, 422, answer.text.slice(0, 200));
            return answer;
          },
        })),
    );
  assert.deepEqual(await complaintsAbout(requests), []);
  const mixed = await anna.send('GET', `/v1/feeds/${anna.id}?order=relevant&cursor=${cursors.feed}`);
  assert.equal(mixed.status, 422);
  assert.equal((await berta.send('GET', `/v1/feeds/${berta.id}?cursor=${cursors.feed}`)).status, 200);
});

test('a stream begins whatever it is asked to go on from', async () => {
  const { anna, client } = world;
  const asked: [string, string][] = [
    ['?posts=nonsense,,%00,__proto__', ''],
    [`?posts=${'7zzzzzzzzzz,'.repeat(150)}`, '99999999999999999999'],
    ['', 'nonsense'],
    ['', '__proto__'],
    ['', '-1'],
    ['', '7zzzzzzzzzz.7zzzzzzzzzz'],
  ];
  for (const [query, last] of asked) {
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${anna.token}`, 'last-event-id': last };
    const response = await fetch(`${client.url}/v1/stream${query}`, { headers, signal: abort.signal });
    assert.equal(response.status, 200, `${query} ${last}`);
    const { value } = await response.body!.getReader().read();
    assert.match(new TextDecoder().decode(value), /event: (ready|reset)/);
    abort.abort();
  }
  const long = await anna.send('GET', `/v1/stream?posts=${'x'.repeat(3000)}`);
  assert.equal(long.status, 422);
});
