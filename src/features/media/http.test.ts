import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { sendRepeated } from '../../http/repeated-bytes.ts';
import { as, testServer } from '../../http/test-server.ts';
import { mediaRoutes } from './http.ts';
import { mediaWorld, mp4, png } from './test-media.ts';

async function served(options?: Parameters<typeof mediaWorld>[0]) {
  const world = mediaWorld(options);
  const app = await testServer({ clock: world.clock });
  mediaRoutes(app, { ...world, publicUrl: 'https://kith.test' });
  const [ann, bob] = [world.person().userId, world.person().userId];
  const send = async (
    who: string | null,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object,
    more: Record<string, string> = {},
  ) => {
    const response = await app.inject({
      method,
      url,
      headers: { ...(who && as(who)), ...more },
      ...(body ? { payload: body } : {}),
    });
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  };
  const announce = (more: object = {}, who: string | null = ann) =>
    send(who, 'POST', '/v1/uploads', {
      filename: 'a.png',
      contentType: 'image/png',
      sizeBytes: png.length,
      ...more,
    });
  const put = async (url: string, payload: Buffer | Readable, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'PUT',
      url: url.replace('https://kith.test', ''),
      headers: { 'content-type': 'image/png', ...headers },
      payload,
    });
  const stateOf = async (id: string) => (await send(ann, 'GET', `/v1/media/${id}`)).body.state;
  return { ...world, app, send, announce, put, stateOf, ann, bob };
}

test('MEDIA-1: an upload is announced, sent, and found by its owner alone', async () => {
  const { announce, put, send, ann, bob, app, blobs, clock } = await served();
  assert.equal((await announce({}, null)).status, 401);
  const { status, body } = await announce({ alt: 'A dot' });
  assert.equal(status, 201);
  assert.deepEqual(Object.keys(body), ['mediaId', 'method', 'url', 'headers', 'expiresAt', 'mediaUrl']);
  assert.deepEqual([body.method, body.headers], ['PUT', { 'content-type': 'image/png' }]);
  assert.match(body.url, /^https:\/\/kith\.test\/v1\/blobs\/originals\//);
  assert.match(body.mediaUrl, /^https:\/\/kith\.test\/media\/[0-9a-z]{26}\/auto$/);
  assert.equal(Date.parse(body.expiresAt), clock.nowMs() + 300_000);
  const url = `/v1/media/${body.mediaId}`;
  const awaited = {
    id: body.mediaId,
    kind: 'image',
    state: 'awaiting-upload',
    width: null,
    height: null,
    placeholder: null,
    alt: 'A dot',
    variants: [],
  };
  assert.deepEqual((await send(ann, 'GET', url)).body, awaited);
  const sent = await put(body.url, png);
  assert.deepEqual([sent.statusCode, sent.body], [200, '']);
  assert.deepEqual((await send(ann, 'GET', url)).body, { ...awaited, state: 'processing', progress: 0 });
  assert.equal((await blobs.list('originals/', { limit: 10 })).length, 1);
  for (const method of ['GET', 'PATCH', 'DELETE'] as const)
    assert.equal((await send(bob, method, url, method === 'PATCH' ? {} : undefined)).status, 404);
  await app.close();
});

test('MEDIA-2: what is announced is checked, field by field', async () => {
  const { announce, app } = await served();
  const wrong: [object, number, string?][] = [
    [{ contentType: 'image/svg+xml' }, 422, 'contentType'],
    [{ contentType: 'text/html' }, 422, 'contentType'],
    [{ contentType: 'constructor' }, 422, 'contentType'],
    [{ sizeBytes: 0 }, 422, 'sizeBytes'],
    [{ sizeBytes: 1.5 }, 422, 'sizeBytes'],
    [{ sha256: 'abc' }, 422, 'sha256'],
    [{ filename: 'a\nb' }, 422, 'filename'],
    [{ sizeBytes: 100_000_001 }, 413],
    [{ sizeBytes: 1_000_000_001, contentType: 'video/mp4' }, 413],
  ];
  for (const [more, status, field] of wrong) {
    const answer = await announce(more);
    assert.equal(answer.status, status, JSON.stringify(more));
    if (field) assert.equal(answer.body.errors[0].field, field);
  }
  assert.equal((await announce({ contentType: 'IMAGE/JPEG; x=y' })).status, 201);
  await app.close();
});

test('MEDIA-3: a person’s originals take at most the quota; deleting gives room', async () => {
  const { announce, send, ann, app } = await served({ quotaBytes: 1000 });
  const first = await announce({ sizeBytes: 600 });
  assert.equal(first.status, 201);
  const refused = await announce({ sizeBytes: 401 });
  assert.equal(refused.status, 413);
  assert.equal((await announce({ sizeBytes: 400 })).status, 201);
  const url = `/v1/media/${first.body.mediaId}`;
  assert.equal((await send(ann, 'DELETE', url)).status, 204);
  assert.equal((await send(ann, 'DELETE', url)).status, 404);
  assert.equal((await announce({ sizeBytes: 600 })).status, 201);
  await app.close();
});

test('MEDIA-4: the same Idempotency-Key announces once', async () => {
  const { send, ann, app } = await served();
  const key = { 'idempotency-key': 'k' };
  const body = { filename: 'a', contentType: 'image/png', sizeBytes: 5 };
  const [one, two] = [
    await send(ann, 'POST', '/v1/uploads', body, key),
    await send(ann, 'POST', '/v1/uploads', body, key),
  ];
  assert.deepEqual(
    [two.status, two.body.mediaId, two.body.mediaUrl],
    [201, one.body.mediaId, one.body.mediaUrl],
  );
  assert.equal((await send(ann, 'POST', '/v1/uploads', { ...body, sizeBytes: 6 }, key)).status, 422);
  await app.close();
});

test('MEDIA-5: a signed address takes just what was announced, until it expires', async () => {
  const { announce, put, stateOf, blobs, clock, app } = await served();
  const { body } = await announce();
  const longer = Buffer.concat([png, Buffer.from('x')]);
  assert.equal((await put(body.url, longer)).statusCode, 403, 'another size');
  assert.equal((await put(body.url, png, { 'content-type': 'image/gif' })).statusCode, 403, 'another type');
  assert.equal((await put(body.url.replace(/signature=./, 'signature=_'), png)).statusCode, 403);
  assert.equal((await put(body.url.split('?')[0], png)).statusCode, 403, 'no signature');
  const other = (await announce()).body.url.split('?')[0];
  assert.equal((await put(`${other}?${body.url.split('?')[1]}`, png)).statusCode, 403, 'another name');
  clock.advance(300_000);
  const expired = await put(body.url, png);
  assert.deepEqual([expired.statusCode, /expired/.test(expired.json().detail)], [403, true]);
  assert.equal(await stateOf(body.mediaId), 'awaiting-upload');
  assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  await app.close();
});

test('MEDIA-6: what the bytes say counts, not what was claimed', async () => {
  const { announce, put, stateOf, blobs, media, app } = await served();
  const page = Buffer.from('<html><script>alert(1)</script></html>'.padEnd(png.length));
  for (const bytes of [page, Buffer.concat([mp4, mp4]).subarray(0, png.length), Buffer.alloc(png.length)]) {
    const { body } = await announce();
    const refused = await put(body.url, bytes);
    assert.equal(refused.statusCode, 422);
    assert.equal(await stateOf(body.mediaId), 'awaiting-upload');
  }
  assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  const tiff = Buffer.concat([Buffer.from('49492a0048140000', 'hex'), Buffer.alloc(png.length - 8)]);
  const long = (await announce({ contentType: 'image/tiff' })).body;
  assert.equal((await put(long.url, tiff, { 'content-type': 'image/tiff' })).statusCode, 200);
  const { body } = await announce({ contentType: 'image/jpeg' });
  assert.equal((await put(body.url, png, { 'content-type': 'image/jpeg' })).statusCode, 200);
  assert.equal((await media.find(body.mediaId))?.type, 'image/png');
  await app.close();
});

test('MEDIA-7: an upload may break off and be sent again, and sent again when it is there', async () => {
  const { announce, put, stateOf, blobs, app } = await served();
  const { body } = await announce();
  const broken = Readable.from(
    (async function* () {
      yield png.subarray(0, 40);
      throw new Error('gone');
    })(),
  );
  await put(body.url, broken, { 'content-length': String(png.length) }).catch(() => undefined);
  assert.equal(await stateOf(body.mediaId), 'awaiting-upload');
  assert.deepEqual(await blobs.list('', { limit: 10 }), []);
  const twice = await Promise.all([put(body.url, png), put(body.url, png)]);
  assert.deepEqual(
    twice.map(({ statusCode }) => statusCode),
    [200, 200],
  );
  assert.equal((await put(body.url, png)).statusCode, 200);
  assert.equal(await stateOf(body.mediaId), 'processing');
  await app.close();
});

test('MEDIA-7: bytes with another checksum than was announced are refused, and may be sent again', async () => {
  const { announce, put, stateOf, app } = await served();
  const { body } = await announce({ sha256: '0'.repeat(64) });
  assert.equal((await put(body.url, png)).statusCode, 422);
  assert.equal(await stateOf(body.mediaId), 'awaiting-upload');
  await app.close();
});

test('MEDIA-8: an original that a store outside took is found, and judged only then', async () => {
  const { announce, send, blobs, media, ann, app } = await served();
  const originalOf = async (id: string) => (await media.find(id))!.original;
  const stored = async (bytes: Buffer, more: object = {}) => {
    const { body } = await announce({ sizeBytes: bytes.length, ...more });
    await blobs.put(await originalOf(body.mediaId), bytes, { type: 'image/png' });
    return (await send(ann, 'GET', `/v1/media/${body.mediaId}`)).body;
  };
  assert.equal((await stored(png)).state, 'processing');
  assert.equal((await stored(mp4, { contentType: 'video/mp4' })).state, 'processing');
  const junk = await stored(Buffer.from('<svg/>'));
  assert.deepEqual(
    [junk.state, junk.error],
    ['failed', 'This is not an image or video that can be shown here.'],
  );
  const other = await stored(png, { sizeBytes: png.length + 1 });
  assert.equal(other.state, 'failed');
  await app.close();
});

test('MEDIA-9: what it shows can be said later', async () => {
  const { announce, send, ann, app } = await served();
  const { body } = await announce();
  const url = `/v1/media/${body.mediaId}`;
  assert.equal((await send(ann, 'PATCH', url, { alt: ' A dot\r\non white ' })).body.alt, 'A dot\non white');
  assert.equal((await send(ann, 'PATCH', url, { alt: 'é'.repeat(501) })).status, 422);
  assert.equal((await send(ann, 'GET', url)).body.alt, 'A dot\non white');
  await app.close();
});

test('MEDIA-25: answers name whole addresses, and texts of people stay as they are', async () => {
  const { app, ann } = await served();
  const said = {
    text: '/media/a/b',
    description: '"url":"/media/a/b"',
    media: [{ url: '/media/a/b/c.webp', playlistUrl: 'https://m.test/media/a/b/all.m3u8' }],
    author: { avatarUrl: '/media/a/b/c.webp' },
  };
  app.get('/said', { config: { auth: 'none' } }, async () => said);
  const kept = Buffer.from(JSON.stringify(said));
  app.get('/kept', { config: { auth: 'none' } }, async (request, reply) => {
    reply.header('content-type', 'application/json; charset=utf-8');
    return sendRepeated(request, reply, kept) as never;
  });
  const found = await app.inject({ url: '/said', headers: as(ann) });
  assert.deepEqual(found.json(), {
    ...said,
    media: [{ ...said.media[0], url: 'https://kith.test/media/a/b/c.webp' }],
    author: { avatarUrl: 'https://kith.test/media/a/b/c.webp' },
  });
  for (let time = 1; time <= 3; time++) {
    const answer = await app.inject({ url: '/kept', headers: as(ann) });
    assert.deepEqual(answer.json(), found.json(), `time ${time}`);
  }
  await app.close();
});
