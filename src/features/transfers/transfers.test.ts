import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { put, type TransfersWorld, transfersWorld } from '../../roles/test-transfers.ts';
import { randomBytesFrom } from '../contents/test-contents.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const base64 = (text: string) => Buffer.from(text).toString('base64');

test('XFER-1: a file goes up whole, and its versions build on one another', async () => {
  const w = await transfersWorld();
  const bytes = randomBytesFrom(1, 3_000_000);
  const made = await put(
    w,
    '/a.bin',
    Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)]),
  );
  assert.deepEqual([made.status, made.json.sha256, made.json.sizeBytes], [201, sha256(bytes), 3_000_000]);
  const tag = `"${made.json.versionId}"`;
  assert.equal(made.headers['etag'], tag);
  assert.equal((await put(w, '/a.bin', Buffer.from('x'), { 'if-none-match': '*' })).status, 412);
  const next = await put(w, '/a.bin', Buffer.from('next'), { 'if-match': tag });
  assert.deepEqual([next.status, next.json.id], [200, made.json.id]);
  const stale = await put(w, '/a.bin', Buffer.from('lost'), { 'if-match': tag });
  assert.deepEqual([stale.status, stale.json.current.versionId], [412, next.json.versionId]);
  assert.equal((await put(w, '/a.bin', Buffer.from('plain'))).status, 200);
  const url = `/v1/files/${made.json.id}/content`;
  assert.equal(String((await w.ask(w.ann, 'GET', url)).bytes), 'plain');
  const first = await w.ask(w.ann, 'GET', `${url}?versionId=${made.json.versionId}`);
  assert.ok(first.bytes.equals(bytes));
  assert.equal(first.headers['etag'], tag);
  for (const who of [w.bob, null])
    assert.equal((await w.ask(who, 'GET', url)).status, who ? 404 : 401, 'nobody else');
  assert.equal((await put(w, '/none/a', Buffer.from('x'))).status, 404);
  assert.equal((await put(w, '', Buffer.from('x'))).status, 422);
  const digest = `sha-256=:${createHash('sha256').update('y').digest('base64')}:`;
  assert.equal((await put(w, '/d', Buffer.from('x'), { 'content-digest': digest })).status, 422);
  assert.equal((await put(w, '/d', Buffer.from('y'), { 'content-digest': digest })).status, 201);
  await w.app.close();
});

test('XFER-1: what there is no room for is refused before it comes', async () => {
  const w = await transfersWorld({ quotaBytes: 1000 });
  assert.equal((await put(w, '/a', Buffer.alloc(1001))).status, 413);
  assert.equal((await put(w, '/a', Readable.from([Buffer.alloc(600), Buffer.alloc(600)]))).status, 413);
  assert.equal((await put(w, '/a', Buffer.alloc(1000))).status, 201);
  assert.equal((await put(w, '/b', Buffer.alloc(1))).status, 413);
  await w.app.close();
});

test('XFER-5: comes down in ranges, never to be run', async () => {
  const w = await transfersWorld();
  const bytes = randomBytesFrom(2, 1_000_000);
  const { json } = await put(w, '/page.html', bytes);
  const url = `/v1/files/${json.id}/content`;
  const get = (range: string, more = {}) => w.ask(w.ann, 'GET', url, { headers: { range, ...more } });
  const part = await get('bytes=300000-700000');
  assert.deepEqual([part.status, part.headers['content-range']], [206, 'bytes 300000-700000/1000000']);
  assert.ok(part.bytes.equals(bytes.subarray(300_000, 700_001)));
  assert.ok((await get('bytes=-5')).bytes.equals(bytes.subarray(-5)));
  assert.deepEqual([(await get('bytes=1000000-')).status], [416]);
  assert.equal((await get('bytes=0-1', { 'if-range': '"other"' })).bytes.length, 1_000_000);
  assert.equal(
    (await w.ask(w.ann, 'GET', url, { headers: { 'if-none-match': `"${json.versionId}"` } })).status,
    304,
  );
  const { headers } = await w.ask(w.ann, 'HEAD', url);
  assert.equal(headers['content-length'], '1000000');
  assert.equal(headers['content-type'], 'application/octet-stream');
  assert.match(String(headers['content-disposition']), /^attachment; filename\*=UTF-8''page\.html$/);
  assert.match(String(headers['content-security-policy']), /sandbox/);
  await w.app.close();
});

test('XFER-5: a folder comes as a zip of all it holds', async () => {
  const w = await transfersWorld();
  await w.files.createFolder(w.ann, { path: '/trip' });
  await w.files.createFolder(w.ann, { path: '/trip/empty' });
  const { node: deep } = await w.files.createFolder(w.ann, { path: '/trip/öst' });
  const bytes = randomBytesFrom(3, 700_000);
  await put(w, '/trip/a.bin', bytes);
  await put(w, '/trip/öst/b.txt', Buffer.from('hello'));
  for (const id of [deep.parentId!, w.ann.userId]) {
    const { status, headers, bytes: zip } = await w.ask(w.ann, 'GET', `/v1/files/${id}/content`);
    assert.deepEqual([status, headers['content-type']], [200, 'application/zip']);
    assert.ok(zip.includes(bytes), 'stored as it is');
    assert.ok(zip.includes(Buffer.from('öst/b.txt')) && zip.includes(Buffer.from('empty/')));
    assert.equal(zip.readUInt32LE(zip.length - 22), 0x06054b50, 'ends as a zip ends');
  }
  assert.equal((await w.ask(w.bob, 'GET', `/v1/files/${deep.id}/content`)).status, 404);
  await w.app.close();
});

test('XFER-4: only what is missing is sent', async () => {
  const w = await transfersWorld();
  const parts = [1, 2, 3].map((seed) => randomBytesFrom(seed, 300_000));
  const chunks = parts.map((bytes) => ({ sha256: sha256(bytes), sizeBytes: bytes.length }));
  const names = chunks.map((each) => each.sha256);
  const missing = async (who = w.ann) =>
    (await w.ask(who, 'POST', '/v1/chunks/missing', { body: { sha256: names } })).json.missing;
  assert.deepEqual(await missing(), names);
  const send = (i: number, body: unknown = parts[i], who = w.ann) =>
    w.ask(who, 'PUT', `/v1/chunks/${names[i]}`, {
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
  for (const i of [0, 1]) assert.equal((await send(i)).status, 204);
  assert.equal((await send(2, parts[2], w.bob)).status, 204);
  assert.equal((await send(2, parts[1])).status, 422);
  assert.deepEqual(await missing(), [names[2]]);
  const make = (more = {}) =>
    w.ask(w.ann, 'POST', '/v1/files/manifest', { body: { path: '/m', chunks, ...more } });
  assert.equal((await make()).status, 409, 'Bob’s chunk is not Ann’s');
  assert.equal((await send(2)).status, 204);
  const made = await make();
  assert.deepEqual([made.status, made.json.sizeBytes], [201, 900_000]);
  const again = await make({ baseVersionId: made.json.versionId });
  assert.equal(again.status, 200);
  const stale = await make({ baseVersionId: made.json.versionId });
  assert.deepEqual([stale.status, stale.json.current.versionId], [409, again.json.versionId]);
  const { bytes } = await w.ask(w.ann, 'GET', `/v1/files/${made.json.id}/content`);
  assert.ok(bytes.equals(Buffer.concat(parts)));
  await w.app.close();
});

const tus = { 'tus-resumable': '1.0.0' };
const partType = { 'content-type': 'application/offset+octet-stream' };
const begin = (
  w: TransfersWorld,
  sizeBytes: number,
  path: string,
  more: Record<string, string> = {},
  body?: unknown,
) =>
  w.ask(w.ann, 'POST', '/v1/files/uploads', {
    headers: {
      ...tus,
      'upload-length': String(sizeBytes),
      'upload-metadata': `path ${base64(path)}`,
      ...more,
    },
    body,
  });
const append = (
  w: TransfersWorld,
  url: string,
  at: number,
  body: unknown,
  more: Record<string, string> = {},
) =>
  w.ask(w.ann, 'PATCH', url, {
    headers: { ...tus, ...partType, 'upload-offset': String(at), ...more },
    body,
  });
const offsetOf = async (w: TransfersWorld, url: string) =>
  Number((await w.ask(w.ann, 'HEAD', url, { headers: tus })).headers['upload-offset']);

test('XFER-2: speaks tus', async () => {
  const w = await transfersWorld();
  const about = await w.ask(null, 'OPTIONS', '/v1/files/uploads');
  assert.deepEqual([about.status, about.headers['tus-version']], [204, '1.0.0']);
  assert.match(
    String(about.headers['tus-extension']),
    /creation-with-upload,checksum,termination,expiration/,
  );
  const old = await begin(w, 10, '/a', { 'tus-resumable': '0.2.2' });
  assert.deepEqual([old.status, old.headers['tus-version']], [412, '1.0.0']);
  assert.equal((await begin(w, Number.NaN, '/a')).status, 422);
  const bytes = randomBytesFrom(4, 1000);
  const made = await begin(w, 1000, '/a.bin', { ...partType }, bytes.subarray(0, 100));
  assert.deepEqual(
    [made.status, made.headers['upload-offset'], made.headers['tus-resumable']],
    [201, '100', '1.0.0'],
  );
  assert.ok(Date.parse(String(made.headers['upload-expires'])) > w.clock.nowMs());
  const url = String(made.headers['location']);
  assert.equal((await append(w, url, 99, bytes.subarray(99))).status, 409);
  assert.equal((await w.ask(w.bob, 'HEAD', url, { headers: tus })).status, 404);
  const status = await w.ask(w.ann, 'HEAD', url, { headers: tus });
  assert.deepEqual(
    [
      status.status,
      status.headers['upload-length'],
      status.headers['cache-control'],
      status.headers['upload-metadata'],
    ],
    [200, '1000', 'no-store', `path ${base64('/a.bin')}`],
  );
  const sum = (part: Uint8Array, name: string) => ({
    'upload-checksum': `${name} ${createHash(name).update(part).digest('base64')}`,
  });
  assert.equal((await append(w, url, 100, bytes.subarray(100, 200), sum(bytes, 'sha1'))).status, 460);
  assert.equal((await append(w, url, 100, bytes.subarray(100, 200), sum(bytes, 'md5'))).status, 422);
  assert.equal(await offsetOf(w, url), 100);
  assert.equal(
    (await append(w, url, 100, bytes.subarray(100, 200), sum(bytes.subarray(100, 200), 'sha1'))).status,
    204,
  );
  assert.equal(
    (await append(w, url, 200, bytes.subarray(200), { 'content-type': 'text/plain' })).status,
    415,
  );
  const last = await append(w, url, 200, bytes.subarray(200), sum(bytes.subarray(200), 'sha256'));
  assert.deepEqual([last.status, last.headers['upload-offset']], [204, '1000']);
  const file = String(last.headers['content-location']);
  assert.ok((await w.ask(w.ann, 'GET', `${file}/content`)).bytes.equals(bytes));
  assert.equal(
    (await append(w, url, 1000, Buffer.alloc(0))).headers['content-location'],
    file,
    'asked again',
  );
  assert.equal(await offsetOf(w, url), 1000);
  const other = String((await begin(w, 5, '/b')).headers['location']);
  assert.equal((await w.ask(w.ann, 'DELETE', other, { headers: tus })).status, 204);
  assert.equal((await w.ask(w.ann, 'HEAD', other, { headers: tus })).status, 404);
  const empty = await begin(w, 0, '/empty');
  assert.match(String(empty.headers['content-location']), /^\/v1\/files\//);
  await w.app.close();
});

test('XFER-3: bytes that are all there become the file after a crash between, once', async () => {
  const w = await transfersWorld();
  const bytes = randomBytesFrom(5, 500_000);
  const url = String((await begin(w, bytes.length, '/c.bin')).headers['location']);
  const id = url.split('/').at(-1)!;
  // As far as a crash after the last byte leaves it, and one after the bytes were sealed.
  await w.contents.append(id, 0, Readable.from([bytes]), { bytesMax: bytes.length });
  await w.contents.seal(id);
  const [first, second] = await Promise.all([
    w.ask(w.ann, 'HEAD', url, { headers: tus }),
    w.ask(w.ann, 'HEAD', url, { headers: tus }),
  ]);
  assert.equal(first.headers['content-location'], second.headers['content-location']);
  assert.equal(first.headers['upload-offset'], '500000');
  const file = String(first.headers['content-location']);
  assert.ok((await w.ask(w.ann, 'GET', `${file}/content`)).bytes.equals(bytes));
  assert.equal((await w.files.versions(w.ann, file.split('/').at(-1)!, { limit: 10 })).items.length, 1);
  await w.app.close();
});

test('XFER-3: what uploads were to become is forgotten when their sessions are surely gone', async () => {
  const w = await transfersWorld();
  const url = String((await begin(w, 5, '/f')).headers['location']);
  const dayMs = 86_400_000;
  w.clock.advance(14 * dayMs);
  assert.equal(await w.transfers.forgetUploads(), 0);
  w.clock.advance(dayMs);
  assert.equal(await w.transfers.forgetUploads(), 1);
  assert.equal(await w.transfers.forgetUploads(), 0);
  assert.equal((await w.ask(w.ann, 'HEAD', url, { headers: tus })).status, 404);
  await w.app.close();
});

test('XFER-1, XFER-2, XFER-4: a file is to lie in one place, and in just one', async () => {
  const w = await transfersWorld();
  const { userId } = w.ann;
  const both = { path: '/s', parentId: userId, name: 's' };
  for (const place of [both, {}] as Partial<typeof both>[]) {
    const query = new URLSearchParams(place);
    const metadata = Object.entries(place).map(([key, value]) => `${key} ${base64(value)}`);
    const asked = [
      await w.ask(w.ann, 'PUT', `/v1/files/content?${query}`, { body: Buffer.from('one') }),
      await w.ask(w.ann, 'POST', '/v1/files/manifest', { body: { ...place, chunks: [] } }),
      await begin(w, 3, '/s', { 'upload-metadata': metadata.join(',') }),
    ];
    assert.deepEqual(
      asked.map(({ status, json }) => [status, json.errors[0].field]),
      asked.map(() => [422, 'path']),
    );
  }
  await w.app.close();
});

test('XFER-1, XFER-2: a stale base is refused at the beginning and at the end', async () => {
  const w = await transfersWorld();
  const { json } = await put(w, '/s', Buffer.from('one'));
  const metadata = (base: string) => ({
    'upload-metadata': `path ${base64('/s')},baseVersionId ${base64(base)}`,
  });
  const url = String((await begin(w, 3, '/s', metadata(json.versionId))).headers['location']);
  const { json: two } = await put(w, '/s', Buffer.from('two'));
  assert.equal((await begin(w, 3, '/s', metadata(json.versionId))).status, 409);
  const ended = await append(w, url, 0, Buffer.from('tus'));
  assert.deepEqual([ended.status, ended.json.current.versionId], [409, two.versionId]);
  assert.equal((await append(w, url, 0, Buffer.from('tus'))).status, 409, 'its bytes are known all the same');
  assert.equal(String((await w.ask(w.ann, 'GET', `/v1/files/${json.id}/content`)).bytes), 'two');
  await w.app.close();
});

test('XFER-2: a large file with random cuts, repeated and reordered requests arrives as it was', async () => {
  const w = await transfersWorld();
  const bytes = randomBytesFrom(6, 40_000_000);
  const url = String((await begin(w, bytes.length, '/large')).headers['location']);
  let state = 7;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let sent = 0;
  let file: string | undefined;
  for (let at = 0; at < bytes.length; at = await offsetOf(w, url)) {
    const size = 1 + random(1_500_000);
    const part = bytes.subarray(at, at + size);
    const cutAfter = random(part.length);
    const dice = random(4);
    const source = dice === 0 ? Readable.from(broken(part, cutAfter)) : Buffer.from(part);
    const answer = await append(w, url, at, source).catch(() => undefined);
    sent += dice === 0 ? cutAfter : part.length;
    if (dice === 1) assert.equal((await append(w, url, at, Buffer.from(part))).status, 409);
    if (dice === 2) assert.equal((await append(w, url, at + size + 1, Buffer.from('later'))).status, 409);
    file = answer?.headers['content-location'] as string | undefined;
  }
  file ??= String((await w.ask(w.ann, 'HEAD', url, { headers: tus })).headers['content-location']);
  const whole = await w.ask(w.ann, 'GET', `${file}/content`);
  assert.equal(sha256(whole.bytes), sha256(bytes));
  assert.ok(sent < bytes.length * 1.6);
  await w.app.close();
});

async function* broken(part: Uint8Array, after: number) {
  yield Buffer.from(part.subarray(0, after));
  throw new Error('cut');
}
