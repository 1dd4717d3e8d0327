import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { asking, lockBody, webdavWorld } from '../../roles/test-webdav.ts';

/** The bytes of one request, with something that happens before the last of them came. */
const meanwhile = (text: string, what: () => Promise<unknown>) =>
  Readable.from(
    (async function* () {
      yield Buffer.from(text);
      await what();
    })(),
  );

test('DAV-7: of two that make one file at once, the second makes its next version', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const statuses = await Promise.all(
    ['one', 'two', 'three'].map(async (body) => (await ann('PUT', '/dav/a', {}, body)).status),
  );
  assert.deepEqual(statuses.sort(), [201, 204, 204]);
  const { id } = await w.files.get(w.ann, { path: '/a' });
  assert.equal((await w.files.versions(w.ann, id, { limit: 9 })).items.length, 3);
  const late = await ann(
    'PUT',
    '/dav/b',
    {},
    meanwhile('late', () => ann('PUT', '/dav/b', {}, 'early')),
  );
  const got = await ann('GET', '/dav/b');
  assert.deepEqual([late.status, got.text, got.headers['etag']], [204, 'late', late.headers['etag']]);
  await w.app.close();
});

test('DAV-7, DAV-8: what came to be meanwhile is written to only as if it had been there before', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const cases: [number, string, Record<string, string>, () => Promise<unknown>][] = [
    [412, 'a', { 'if-none-match': '*' }, () => ann('PUT', '/dav/a', {}, 'theirs')],
    [423, 'b', {}, () => ann('LOCK', '/dav/b', {}, lockBody())],
    [405, 'c', {}, () => ann('MKCOL', '/dav/c')],
  ];
  for (const [status, path, headers, what] of cases)
    assert.equal((await ann('PUT', `/dav/${path}`, headers, meanwhile('late', what))).status, status, path);
  assert.equal((await ann('GET', '/dav/a')).text, 'theirs');
  assert.equal((await ann('GET', '/dav/b')).text, '');
  await w.app.close();
});

test('DAV-8: a lock on what comes to be meanwhile holds that, and empties nothing', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  const { put } = w.transfers;
  w.transfers.put = async (...given) => {
    w.transfers.put = put;
    await ann('PUT', '/dav/a', {}, 'theirs');
    return put(...given);
  };
  const locked = await ann('LOCK', '/dav/a', {}, lockBody());
  assert.equal(locked.status, 200);
  assert.equal((await ann('GET', '/dav/a')).text, 'theirs');
  assert.equal((await ann('PUT', '/dav/a', {}, 'x')).status, 423);
  await w.app.close();
});
