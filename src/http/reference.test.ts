import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Type } from 'typebox';
import type { Document } from './openapi.ts';
import { idSchema, listOf, listQuery, nullable, timeSchema } from './route.ts';
import { exampleOf, memberRows, typeText } from './schema-text.ts';
import { testServer } from './test-server.ts';

const thing = Type.Object(
  { id: idSchema, name: nullable(Type.String({ maxLength: 10 })), madeAt: timeSchema },
  { description: 'A thing <b>of</b> somebody.' },
);

async function sampleServer() {
  const app = await testServer({ version: '1.2.3' });
  app.get(
    '/v1/things/:id',
    { config: { auth: 'optional' }, schema: { summary: 'One `thing`', response: { 200: thing } } },
    async () => ({}) as never,
  );
  app.get(
    '/v1/things',
    {
      config: { auth: 'required' },
      schema: { querystring: Type.Object(listQuery), response: { 200: listOf(thing) } },
    },
    async () => ({}) as never,
  );
  app.post(
    '/v1/things',
    {
      config: { auth: 'required', idempotent: true },
      schema: { body: Type.Object({ name: Type.String({ minLength: 1 }) }), response: { 201: thing } },
    },
    async () => ({}) as never,
  );
  app.delete(
    '/v1/things/:id',
    { config: { auth: 'admin' }, schema: { tags: ['administration'], response: { 204: Type.Null() } } },
    async () => null,
  );
  app.get(
    '/internal',
    { config: { auth: 'none' }, schema: { hide: true } as object },
    async () => ({}) as never,
  );
  return app;
}

describe('the OpenAPI document', () => {
  it('describes every route that is not hidden, with how to log in and what can go wrong', async () => {
    const app = await sampleServer();
    const answer = await app.inject('/v1/openapi.json');
    const document = answer.json() as Document;
    assert.equal(document.openapi, '3.1.0');
    assert.equal(document.info.version, '1.2.3');
    assert.deepEqual(Object.keys(document.paths), ['/v1/things/{id}', '/v1/things']);
    const { get, post } = document.paths['/v1/things']!;
    assert.equal(get!.operationId, 'getThings');
    assert.deepEqual(get!.tags, ['things']);
    assert.deepEqual(Object.keys(get!.responses), ['200', '401', '403', '422', '429', '500', '503']);
    assert.deepEqual(
      get!.parameters!.map(({ name, in: place }) => `${place} ${name}`),
      ['query limit', 'query cursor'],
    );
    assert.ok(post!.parameters!.some(({ name }) => name === 'Idempotency-Key'));
    for (const status of ['400', '409', '413', '415', '422']) assert.ok(post!.responses[status], status);
    const one = document.paths['/v1/things/{id}']!;
    assert.deepEqual(one['get']!.security!.at(-1), {});
    assert.deepEqual(one['delete']!.tags, ['administration']);
    assert.ok(one['get']!.responses['404']);
  });

  it('refers only to what it holds, and names each operation once', async () => {
    const app = await sampleServer();
    const { payload } = await app.inject('/v1/openapi.json');
    const document = JSON.parse(payload);
    for (const [, reference] of payload.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      let found = document;
      for (const part of reference!.split('/')) found = found?.[part];
      assert.ok(found, reference!);
    }
    const ids = [...payload.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe('the reference page', () => {
  it('shows every operation without scripts or anything from elsewhere', async () => {
    const app = await sampleServer();
    const answer = await app.inject('/docs');
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(
      String(answer.headers['content-security-policy']),
      /^default-src 'none'; style-src 'sha256-/,
    );
    const page = answer.payload;
    assert.match(page, /<html lang="en">/);
    assert.match(page, /id="getThings"/);
    assert.match(page, /id="problem-not-found"/);
    assert.match(page, /One <code>thing<\/code>/);
    assert.doesNotMatch(page, /<script|<b>of|src=|@import|url\(/);
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    assert.equal(new Set(ids).size, ids.length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target!), target!);
  });
});

describe('schemas in words', () => {
  it('say what people need to know', () => {
    assert.equal(typeText(Type.Integer({ minimum: 1, maximum: 100 })), 'whole number, 1 to 100');
    assert.equal(typeText(nullable(Type.String({ maxLength: 10 }))), 'text, at most 10 characters or null');
    assert.equal(typeText(Type.Array(thing)), 'list of object');
    assert.equal(typeText(Type.Union([Type.Literal('a'), Type.Literal('b')])), '"a" or "b"');
    assert.deepEqual(
      memberRows(listOf(thing)).map(({ name, isRequired }) => [name, isRequired]),
      [
        ['items', true],
        ['items[].id', true],
        ['items[].name', true],
        ['items[].madeAt', true],
        ['nextCursor', true],
      ],
    );
    assert.deepEqual(exampleOf(thing), { id: '0bqk3ze5m00', name: '…', madeAt: '2026-05-31T12:00:00.000Z' });
  });
});
