/** Every documented route: a good call by whom it is for, and what everybody else gets. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Method } from './client.ts';
import type { Route } from './contract.ts';
import { type Ask, pathOf, type RouteCase } from './route-case.ts';
import { routeCases } from './route-cases.ts';
import { createWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await createWorld();
});
after(() => world.close());

const needsLogin = ({ operation: { security } }: Route) =>
  security.length > 0 && security.every((each) => Object.keys(each).length > 0);

async function statusOf({ route }: RouteCase, ask: Ask, token: string | undefined): Promise<number> {
  const method = route.split(' ')[0] as Method;
  const path = pathOf(route, ask);
  if (route === 'GET /v1/stream' && token?.startsWith('ks_')) return streamStatus(token);
  const { body, bytes, headers = {} } = ask;
  return (await world.client.send({ method, path, body, bytes, headers, token })).status;
}

/** A stream does not end by itself. */
async function streamStatus(token: string): Promise<number> {
  const abort = new AbortController();
  const headers = { authorization: `Bearer ${token}` };
  const { status } = await fetch(`${world.client.url}/v1/stream`, { headers, signal: abort.signal });
  abort.abort();
  return status;
}

const tokenOf = (who: string) => (who === 'nobody' ? undefined : world[who as 'anna'].token);

test('every documented route has a case, every case a route, and each says what others get', () => {
  const { routes } = world.client.contract;
  const documented = new Set(routes.map(({ name }) => name));
  const cased = new Set(routeCases.map(({ route }) => route));
  assert.deepEqual(
    { uncased: [...documented.difference(cased)], undocumented: [...cased.difference(documented)] },
    { uncased: [], undocumented: [] },
  );
  for (const { route, others } of routeCases) {
    const described = routes.find(({ name }) => name === route)!;
    if (others === 'everybody')
      assert.ok(!needsLogin(described), `${route} needs a login, so it is not for everybody`);
    else if (others !== 'own')
      assert.ok(Object.keys(others).length > 0, `${route}: say what others get, or that it is one’s own`);
    else assert.ok(needsLogin(described), `${route} needs no login: say what nobody gets`);
  }
});

for (const each of routeCases) {
  const { route, as = 'anna', status, others } = each;
  test(`${route} answers ${status} to ${as}, and as it should to others`, async () => {
    const ask = (await each.ask?.(world)) ?? {};
    const described = world.client.contract.routes.find(({ name }) => name === route)!;
    const refused: Record<string, number> = typeof others === 'string' ? {} : { ...others };
    if (needsLogin(described)) {
      refused['nobody'] = 401;
      assert.equal(await statusOf(each, ask, 'ks_nonsense'), 401, 'with a token that is none');
    }
    if (route.includes(' /v1/admin/')) refused['anna'] = 403;
    for (const [who, wanted] of Object.entries(refused))
      assert.equal(await statusOf(each, ask, tokenOf(who)), wanted, `to ${who}`);
    assert.equal(await statusOf(each, ask, ask.as?.token ?? tokenOf(as)), status);
  });
}
