import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import { notFound, Refusal } from '../lib/refusal.ts';
import { manualClock } from '../ports/clock/clock.ts';
import { memoryRateLimits } from '../ports/rate-limits/memory-rate-limits.ts';
import { RecordsError } from '../ports/records/records.ts';
import { budgets } from './rate-limiting.ts';
import { type App, caller, listQuery, nullable } from './route.ts';
import type { ServerOptions } from './server.ts';
import { as, testServer } from './test-server.ts';

const anna = '00000000001';
const berta = '00000000002';
const json = { 'content-type': 'application/json' };

/** A server with routes that do what their path says. */
async function sampleServer(options: Partial<ServerOptions> = {}): Promise<App> {
  const app = await testServer(options);
  const who = (request: { principal: { userId: string } | null }) => ({
    userId: request.principal?.userId ?? null,
  });
  app.get('/required', { config: { auth: 'required' } }, async (request) => ({
    userId: caller(request).userId,
  }));
  app.get('/optional', { config: { auth: 'optional' } }, async (request) => who(request));
  app.get('/none', { config: { auth: 'none' } }, async (request) => who(request));
  app.get('/admin', { config: { auth: 'admin' } }, async (request) => who(request));
  app.get('/search', { config: { auth: 'none', limit: 'search' } }, async () => ({}));
  app.get(
    '/list',
    { config: { auth: 'none' }, schema: { querystring: Type.Object(listQuery) } },
    async (request) => request.query,
  );
  app.post('/sessions', { config: { auth: 'none', limit: 'login' } }, async (request) => {
    if ((request.body as { password?: string }).password !== 'right')
      throw new Refusal('unauthenticated', 'Wrong password.');
    return {};
  });
  app.post(
    '/things',
    {
      config: { auth: 'required', idempotent: true },
      schema: {
        body: Type.Object({
          name: Type.String({ minLength: 1, maxLength: 10 }),
          count: Type.Optional(Type.Integer({ minimum: 1 })),
          kind: Type.Optional(nullable(Type.Union([Type.Literal('a'), Type.Literal('b')]))),
          at: Type.Optional(Type.String({ format: 'date-time' })),
          parts: Type.Optional(Type.Array(Type.Object({ id: Type.String() }), { maxItems: 2 })),
        }),
      },
    },
    async (request, reply) => reply.code(201).send({ body: request.body, claim: request.claim ?? null }),
  );
  return app;
}

const problem = (answer: { statusCode: number; json(): unknown; headers: Record<string, unknown> }) => {
  const document = answer.json() as {
    status: number;
    code: string;
    errors?: { field: string; message: string }[];
  };
  assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  assert.equal(document.status, answer.statusCode);
  return document;
};

describe('authentication', () => {
  it('asks for a caller exactly where the route says so', async () => {
    const app = await sampleServer();
    const status = async (url: string, headers = {}) => (await app.inject({ url, headers })).statusCode;
    assert.equal(await status('/required'), 401);
    assert.equal(await status('/required', as(anna)), 200);
    assert.equal(await status('/optional'), 200);
    assert.equal(await status('/optional', { authorization: 'Bearer stale' }), 401);
    assert.equal(await status('/none', { authorization: 'Bearer stale' }), 200);
    assert.equal(await status('/admin', as(anna)), 403);
    assert.equal(await status('/admin', as(anna, 'admin')), 200);
    assert.equal(await status('/required', { authorization: 'Nonsense' }), 401);
    const answer = await app.inject({ url: '/optional', headers: as(anna) });
    assert.deepEqual(answer.json(), { userId: anna });
  });

  it('refuses to register a route that does not say', async () => {
    const app = await testServer();
    assert.throws(() => app.get('/open', async () => ({})), /config\.auth/);
  });

  it('says how to log in, and keeps other challenges from browsers', async () => {
    const app = await sampleServer({
      authenticators: { byToken: () => undefined, challenge: () => 'Digest realm="kith", nonce="1"' },
    });
    const script = await app.inject({ url: '/required' });
    assert.deepEqual(script.headers['www-authenticate'], ['Bearer', 'Digest realm="kith", nonce="1"']);
    const browser = await app.inject({ url: '/required', headers: { 'user-agent': 'Mozilla/5.0' } });
    assert.equal(browser.headers['www-authenticate'], 'Bearer');
  });

  it('hands Digest to the feature with the method and address that were signed', async () => {
    const seen: unknown[] = [];
    const app = await sampleServer({
      authenticators: {
        byToken: () => undefined,
        byDigest: async (signed) => {
          seen.push(signed);
          return { userId: anna, isAdmin: false, credentialId: null };
        },
      },
    });
    const answer = await app.inject({
      url: '/required?a=b',
      headers: { authorization: 'Digest username="anna"' },
    });
    assert.equal(answer.statusCode, 200);
    assert.deepEqual(seen, [
      { authorization: 'Digest username="anna"', method: 'GET', url: '/required?a=b' },
    ]);
  });

  it('takes the cookie for changes only from our own pages', async () => {
    const app = await sampleServer({ publicUrl: 'https://kith.example' });
    const send = async (headers: Record<string, string>) => {
      const all = { cookie: `other=1; kith_session=user:${anna}`, host: 'localhost:4000', ...headers };
      return (await app.inject({ method: 'POST', url: '/things', payload: { name: 'x' }, headers: all }))
        .statusCode;
    };
    assert.equal(await send({}), 403);
    assert.equal(await send({ 'sec-fetch-site': 'same-origin' }), 201);
    assert.equal(await send({ 'sec-fetch-site': 'cross-site', origin: 'https://kith.example' }), 403);
    assert.equal(await send({ origin: 'https://kith.example' }), 201);
    assert.equal(await send({ origin: 'http://localhost:4000' }), 201);
    assert.equal(await send({ origin: 'https://evil.example' }), 403);
    assert.equal(await send({ origin: 'null' }), 403);
    assert.equal(await send({ 'sec-fetch-site': 'same-site', origin: 'https://evil.kith.example' }), 403);
    const stale = await app.inject({ url: '/optional', headers: { cookie: 'kith_session=stale' } });
    assert.equal(stale.statusCode, 200);
  });
});

describe('what a request holds', () => {
  const post = async (payload: string | Buffer | object, headers: Record<string, string> = json) => {
    const app = await sampleServer();
    return app.inject({ method: 'POST', url: '/things', payload, headers: { ...as(anna), ...headers } });
  };

  it('names each wrong field in plain words', async () => {
    const answer = await post({ count: 0, kind: 'c', at: 'noon' });
    assert.equal(answer.statusCode, 422);
    assert.deepEqual(problem(answer).errors, [
      { field: 'name', message: 'This is required.', code: 'required' },
      { field: 'count', message: 'This must be at least 1.', code: 'too-small', limit: 1 },
      { field: 'kind', message: 'Choose one of: a, b.', code: 'choice' },
      { field: 'at', message: 'This must be a time such as 2026-05-31T12:00:00Z.', code: 'form' },
    ]);
    const nested = await post({ name: 'x', parts: [{ id: 'p' }, { id: 1 }] });
    const found = problem(nested).errors?.[0];
    assert.deepEqual(found, { field: 'parts.1.id', message: 'This must be text.', code: 'form' });
  });

  it('takes types as they are and drops what no schema names', async () => {
    assert.deepEqual(problem(await post({ name: 5 })).errors, [
      { field: 'name', message: 'This must be text.', code: 'form' },
    ]);
    assert.equal((await post({ name: 'x', count: '3' })).statusCode, 422);
    const answer = await post({ name: 'x', isAdmin: true, parts: [{ id: 'p', more: 1 }] });
    assert.deepEqual(answer.json().body, { name: 'x', parts: [{ id: 'p' }] });
  });

  it('answers 422 for a body that is missing or no object', async () => {
    for (const text of ['', 'null', '[]', '"x"', '5']) {
      const answer = await post(text);
      assert.equal(answer.statusCode, 422, text);
    }
  });

  it('answers 400 for what is not JSON in UTF-8, too deep, or reaches for a prototype', async () => {
    const bodies = [
      '{"name":',
      'name=x',
      Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
      '['.repeat(100_000),
      `${'['.repeat(40)}${']'.repeat(40)}`,
      '{"name":"x","__proto__":{"isAdmin":true}}',
      '{"name":"x","parts":[{"\\u005f_proto__":1}]}',
    ];
    for (const body of bodies) {
      const answer = await post(body);
      assert.equal(answer.statusCode, 400, String(body).slice(0, 40));
      assert.equal(problem(answer).code, 'malformed');
    }
  });

  it('answers 415 for other types and 413 for too much', async () => {
    assert.equal(
      (await post('name=x', { 'content-type': 'application/x-www-form-urlencoded' })).statusCode,
      415,
    );
    assert.equal((await post('{}', { 'content-type': 'application/json; charset=latin1' })).statusCode, 415);
    assert.equal(
      (await post({ name: 'x' }, { 'content-type': 'application/json; charset=UTF-8' })).statusCode,
      201,
    );
    const large = await post(JSON.stringify({ name: 'x'.repeat(1024 * 1024) }));
    assert.equal(large.statusCode, 413);
    assert.equal(problem(large).code, 'too-large');
  });

  it('reads numbers in queries, fills in defaults and refuses what is out of range', async () => {
    const app = await sampleServer();
    assert.deepEqual((await app.inject('/list')).json(), { limit: 20 });
    assert.deepEqual((await app.inject('/list?limit=7')).json(), { limit: 7 });
    for (const limit of ['0', '101', 'x', '1.5', '', '1&limit=2']) {
      assert.equal((await app.inject(`/list?limit=${limit}`)).statusCode, 422, limit);
    }
  });
});

describe('answers', () => {
  it('maps every refusal and engine error to its status', async () => {
    const app = await testServer();
    const thrown: Record<string, Error> = {
      '404 not-found': notFound(),
      '403 forbidden': new Refusal('forbidden', 'x'),
      '409 conflict': new Refusal('conflict', 'x'),
      '429 rate-limited': new Refusal('rate-limited', 'x', { retryAfterSeconds: 9 }),
      '503 unavailable': new RecordsError('full', 'disk'),
      '500 internal': new Error('secret'),
    };
    app.get('/throw', { config: { auth: 'none' } }, async (request) => {
      throw thrown[(request.query as { what: string }).what]!;
    });
    for (const what of Object.keys(thrown)) {
      const answer = await app.inject({ url: '/throw', query: { what } });
      const { status, code } = problem(answer);
      assert.equal(`${status} ${code}`, what);
      assert.equal(answer.payload.includes('secret'), false);
      assert.equal('retry-after' in answer.headers, status === 429 || status === 503);
    }
  });

  it('knows unknown paths from wrong methods', async () => {
    const app = await sampleServer();
    assert.equal(problem(await app.inject('/nothing')).code, 'not-found');
    const wrong = await app.inject({ method: 'DELETE', url: '/things?x=1' });
    assert.equal(problem(wrong).code, 'method-not-allowed');
    assert.equal(wrong.headers['allow'], 'POST');
    assert.equal(problem(await app.inject('/%zz')).status, 400);
  });

  it('carries security headers everywhere', async () => {
    const app = await sampleServer();
    for (const url of ['/none', '/docs', '/required', '/nothing', '/%zz']) {
      const { headers } = await app.inject(url);
      assert.equal(headers['x-content-type-options'], 'nosniff', url);
      assert.equal(headers['x-powered-by'], undefined);
      if (url !== '/none') assert.match(String(headers['content-security-policy']), /default-src 'none'/);
    }
  });

  it('answers bytes that are no HTTP with a problem too', async () => {
    const app = await sampleServer();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { port } = app.server.address() as { port: number };
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('NOT HTTP\r\n\r\n'));
      let received = '';
      socket.setEncoding('utf8').on('data', (part) => {
        received += part;
      });
      socket.on('end', () => resolve(received)).on('error', reject);
    });
    await app.close();
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.match(text, /application\/problem\+json/);
    assert.match(text, /"code":"malformed"/);
  });
});

describe('Idempotency-Key', () => {
  const send = (app: App, key: string, name: string, userId = anna) =>
    app.inject({
      method: 'POST',
      url: '/things',
      payload: { name },
      headers: { ...as(userId), 'idempotency-key': key },
    });

  it('becomes a claim on the caller, the key and the body', async () => {
    const app = await sampleServer();
    const [first, again, other, others] = await Promise.all([
      send(app, 'k1', 'x').then((answer) => answer.json().claim),
      send(app, 'k2', 'x').then((answer) => answer.json().claim),
      send(app, 'k3', 'y').then((answer) => answer.json().claim),
      send(app, 'k1', 'x', berta).then((answer) => answer.json().claim),
    ]);
    assert.deepEqual([first.userId, first.key], [anna, 'k1']);
    assert.equal(first.bodyHash, again.bodyHash);
    assert.notEqual(first.bodyHash, other.bodyHash);
    assert.equal(others.userId, berta);
    assert.equal((await send(app, 'two words', 'x')).statusCode, 422);
    assert.equal((await send(app, 'k'.repeat(256), 'x')).statusCode, 422);
  });

  it('runs one request at a time, and the next after it ended', async () => {
    const app = await testServer();
    let finish = () => {};
    const running = new Promise<void>((began) => {
      app.post('/slow', { config: { auth: 'required', idempotent: true } }, async () => {
        began();
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return {};
      });
    });
    const post = async () =>
      app.inject({ method: 'POST', url: '/slow', headers: { ...as(anna), 'idempotency-key': 'k' } });
    const first = post();
    await running;
    const second = await post();
    assert.equal(problem(second).code, 'in-progress');
    assert.ok(second.headers['retry-after']);
    finish();
    assert.equal((await first).statusCode, 200);
    const third = post();
    while ((await Promise.race([third, Promise.resolve(undefined)])) === undefined) {
      finish();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal((await third).statusCode, 200);
  });
});

describe('rate limits', () => {
  it('stop guessing at one account and forget the failures after a success', async () => {
    const clock = manualClock();
    const app = await sampleServer({ rateLimits: memoryRateLimits({ clock }), clock });
    const login = (password: string, who = 'anna', remoteAddress = '203.0.113.5') =>
      app.inject({ method: 'POST', url: '/sessions', payload: { login: who, password }, remoteAddress });
    for (let i = 0; i < 9; i++) assert.equal((await login('wrong')).statusCode, 401);
    assert.equal((await login('right')).statusCode, 200);
    for (let i = 0; i < 10; i++) assert.equal((await login('wrong')).statusCode, 401);
    const refused = await login('right', ' ANNA');
    for (const same of ['@anna', `${' '.repeat(300)}Anna`])
      assert.equal((await login('right', same)).statusCode, 429);
    assert.equal(problem(refused).code, 'rate-limited');
    assert.ok(Number(refused.headers['retry-after']) > 60);
    assert.equal((await login('right', 'berta')).statusCode, 200);
    assert.equal((await login('right', 'anna', '203.0.113.6')).statusCode, 200);
    clock.advance(15 * 60_000);
    assert.equal((await login('right')).statusCode, 200);
  });

  it('count people by account, strangers by address, and tell what is left', async () => {
    const clock = manualClock();
    const app = await sampleServer({ rateLimits: memoryRateLimits({ clock }), clock });
    const search = (remoteAddress: string) => app.inject({ url: '/search', remoteAddress });
    const first = await search('2001:db8:1:2::1');
    assert.equal(first.headers['ratelimit'], `"search";r=${budgets.search.takesMax - 1};t=60`);
    for (let i = 1; i < budgets.search.takesMax; i++) await search('2001:db8:1:2:3::1');
    assert.equal((await search('2001:db8:1:2::9')).statusCode, 429);
    assert.equal((await search('2001:db8:1:3::9')).statusCode, 200);
  });

  it('stop an address that keeps sending worthless tokens before they are looked up', async () => {
    const clock = manualClock();
    let lookups = 0;
    const app = await sampleServer({
      clock,
      rateLimits: memoryRateLimits({ clock }),
      authenticators: {
        byToken: () => {
          lookups++;
          return undefined;
        },
      },
    });
    const ask = () => app.inject({ url: '/required', headers: { authorization: 'Bearer nonsense' } });
    while ((await ask()).statusCode === 401);
    const before = lookups;
    assert.equal((await ask()).statusCode, 429);
    assert.equal(lookups, before);
  });
});

describe('the server for tests', () => {
  it('tells when an answer is not what its route declares', async () => {
    const app = await testServer();
    const schema = { response: { 200: Type.Object({ id: Type.String() }) } };
    app.get('/good', { config: { auth: 'none' }, schema }, async () => ({ id: 'x' }));
    app.get('/bad', { config: { auth: 'none' }, schema }, async () => ({ id: 5 }) as never);
    assert.equal((await app.inject('/good')).statusCode, 200);
    const bad = await app.inject('/bad');
    assert.equal(bad.statusCode, 500);
    assert.match(bad.json().detail, /GET \/bad answers 200 unlike its schema: \/id must be string/);
  });
});
