import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../lib/principal.ts';
import { asking, webdavWorld } from '../../roles/test-webdav.ts';
import { dumpTree, principalOf } from '../files/test-files.ts';

async function tree() {
  const w = await webdavWorld();
  const ann = asking(w);
  for (const path of ['d', 'd/e', 'x']) await ann('MKCOL', `/dav/${path}/`);
  for (const path of ['d/a', 'd/e/b', 'x/a']) await ann('PUT', `/dav/${path}`, {}, path);
  const go = async (method: string, from: string, to: string, headers: Record<string, string> = {}) =>
    (await ann(method, `/dav/${from}`, { destination: `http://kith.test/dav/${to}`, ...headers })).status;
  const paths = async () => [...(await dumpTree(w.files, w.ann)).keys()].sort();
  const read = async (path: string) => (await ann('GET', `/dav/${path}`)).text;
  const trash = async () => (await w.files.trash(w.ann, { limit: 50 })).items.map(({ name }) => name).sort();
  return { ...w, asAnn: ann, go, paths, read, trash };
}

test('DAV-10: copies and moves, with and without what is there', async () => {
  const w = await tree();
  assert.equal(await w.go('COPY', 'd', 'c/'), 201);
  assert.equal(await w.read('c/e/b'), 'd/e/b');
  assert.equal(await w.go('COPY', 'd', 'flat', { depth: '0' }), 201);
  assert.equal(await w.go('MOVE', 'c', 'm'), 201);
  assert.deepEqual(await w.paths(), [
    '/d',
    '/d/a',
    '/d/e',
    '/d/e/b',
    '/flat',
    '/m',
    '/m/a',
    '/m/e',
    '/m/e/b',
    '/x',
    '/x/a',
  ]);
  assert.equal(await w.go('COPY', 'd/a', 'x/a', { overwrite: 'F' }), 412);
  const { id } = await w.files.get(w.ann, { path: '/x/a' });
  assert.equal(await w.go('COPY', 'd/a', 'x/a'), 204);
  assert.equal(await w.go('MOVE', 'd/a', 'x/a', { overwrite: 'T' }), 204);
  assert.equal((await w.files.get(w.ann, { path: '/x/a' })).id, id, 'the file that was there goes on');
  assert.equal((await w.files.versions(w.ann, id, { limit: 10 })).items.length, 3);
  assert.deepEqual(await w.trash(), []);
  assert.equal(await w.go('MOVE', 'x', 'm'), 204);
  assert.deepEqual(await w.trash(), ['m']);
  assert.equal(await w.read('m/a'), 'd/a');
  assert.equal(await w.go('MOVE', 'm/a', 'm/A'), 201, 'another case of the same name');
  await w.app.close();
});

test('DAV-10: refuses what cannot be, and changes nothing', async () => {
  const w = await tree();
  const before = await w.paths();
  const cases: [number, string, string, string, Record<string, string>?][] = [
    [403, 'COPY', 'd', 'd'],
    [403, 'MOVE', 'd', 'd/e/f'],
    [403, 'COPY', 'd', 'd/e/f'],
    [403, 'MOVE', 'd/e', 'd'],
    [403, 'MOVE', '', 'f'],
    [403, 'COPY', 'd', ''],
    [409, 'MOVE', 'd', 'none/f'],
    [404, 'MOVE', 'none', 'f'],
    [403, 'MOVE', 'd/a', 'a%3Ab'],
    [403, 'MOVE', 'd/a', 'con'],
    [400, 'MOVE', 'd', 'f', { depth: '0' }],
    [400, 'MOVE', 'd', 'f', { overwrite: 'maybe' }],
    [400, 'COPY', 'd', 'f', { depth: '1' }],
    [502, 'MOVE', 'd/a', '', { destination: 'http://evil.example/dav/f' }],
    [502, 'MOVE', 'd/a', '', { destination: 'http://kith.test/v1/files' }],
    [409, 'MOVE', 'd/a', '', { destination: 'http://kith.test/dav/../v1/f' }],
    [403, 'MOVE', 'd/a', '', { destination: 'http://kith.test/dav/%2e%2e' }],
    [400, 'MOVE', 'd/a', '', { destination: '' }],
    [400, 'MOVE', 'd/a', '', { destination: '/dav/%ff' }],
  ];
  for (const [status, method, from, to, headers] of cases)
    assert.equal(
      await w.go(method, from, to, headers),
      status,
      `${method} ${from} ${to} ${JSON.stringify(headers)}`,
    );
  assert.deepEqual(await w.paths(), before);
  assert.equal((await w.asAnn('MKCOL', '/dav/d')).status, 405);
  assert.equal((await w.asAnn('MKCOL', '/dav/d/a/x')).status, 409);
  assert.equal((await w.asAnn('DELETE', '/dav/')).status, 403);
  assert.equal((await w.asAnn('DELETE', '/dav/d')).status, 204);
  assert.deepEqual(await w.trash(), ['d']);
  await w.app.close();
});

test('DAV-3, DAV-4: what others share is where it is looked for, and tells nothing else', async () => {
  const w = await tree();
  const bob = asking(w, w.bob);
  const shared = '/dav/Shared%20with%20me';
  const list = async (path: string) => {
    const { status, text } = await bob('PROPFIND', path, { depth: '1' });
    return [status, ...[...text.matchAll(/<D:response><D:href>([^<]*)</g)].map(([, href]) => href)];
  };
  assert.deepEqual(await list(`${shared}/`), [207, `${shared}/`]);
  const e = await w.files.get(w.ann, { path: '/d/e' });
  const x = await w.files.get(w.ann, { path: '/x' });
  await w.files.share(w.ann, e.id, { userId: w.bob.userId, role: 'editor' });
  await w.files.share(w.ann, x.id, { userId: w.bob.userId, role: 'viewer' });
  assert.deepEqual((await list(`${shared}/`)).slice(2).sort(), [`${shared}/e/`, `${shared}/x/`]);
  assert.deepEqual(await list('/dav/'), [207, '/dav/'], 'no folder lists it');
  assert.equal((await bob('GET', `${shared}/e/b`)).text, 'd/e/b');
  assert.equal((await bob('PUT', `${shared}/e/new`, {}, 'by bob')).status, 201);
  assert.equal(await w.read('d/e/new'), 'by bob');
  for (const path of ['/dav/d', '/dav/d/e', `${shared}/d`])
    for (const method of ['GET', 'PROPFIND', 'DELETE', 'UNLOCK'])
      assert.equal(
        (await bob(method, path, { depth: '0', 'lock-token': '<urn:x>' })).status,
        404,
        `${method} ${path}`,
      );
  const forbidden: [string, string][] = [
    ['PUT', `${shared}/x/a`],
    ['PUT', `${shared}/x/new`],
    ['DELETE', `${shared}/x/a`],
    ['MKCOL', `${shared}/x/f`],
    ['DELETE', `${shared}/x`],
    ['DELETE', `${shared}/e`],
    ['MKCOL', `${shared}/f`],
    ['DELETE', shared],
  ];
  for (const [method, path] of forbidden)
    assert.equal((await bob(method, path)).status, 403, `${method} ${path}`);
  const move = async (from: string, to: string) => (await bob('MOVE', from, { destination: to })).status;
  assert.equal(await move(`${shared}/e`, '/dav/mine'), 403);
  assert.equal(await move(`${shared}/e/new`, '/dav/mine'), 201, 'a copy, and the original into its trash');
  assert.equal((await bob('GET', '/dav/mine')).text, 'by bob');
  assert.deepEqual(await w.trash(), ['new']);
  assert.equal((await bob('COPY', `${shared}/x`, { destination: '/dav/x' })).status, 201);
  assert.equal((await bob('GET', '/dav/x/a')).text, 'x/a');
  const quota = await bob(
    'PROPFIND',
    `${shared}/e`,
    { depth: '0' },
    '<propfind xmlns="DAV:"><prop><quota-used-bytes/></prop></propfind>',
  );
  assert.match(quota.text, /404 Not Found/);
  await w.app.close();
});

test('DAV-3: a share has a name that never comes to mean another one', async () => {
  const w = await tree();
  const bob = asking(w, w.bob);
  const shared = '/dav/Shared%20with%20me';
  const first = await w.files.get(w.ann, { path: '/x/a' });
  const second = await w.files.get(w.ann, { path: '/d/a' });
  await w.files.share(w.ann, first.id, { userId: w.bob.userId, role: 'editor' });
  assert.equal((await bob('GET', `${shared}/a`)).text, 'x/a');
  assert.equal(
    (await bob('PUT', `${shared}/a`, {}, 'changed')).status,
    204,
    'a file that is shared by itself',
  );
  await w.files.share(w.ann, second.id, { userId: w.bob.userId, role: 'viewer' });
  assert.equal((await bob('GET', `${shared}/a`)).text, 'changed', 'it keeps the name it had');
  assert.equal((await bob('GET', `${shared}/a%20(ann%20${second.id})`)).text, 'd/a');
  await w.files.createFolder(w.bob, { path: '/shared with ME' });
  assert.equal((await bob('PROPFIND', `${shared}/`, { depth: '0' })).status, 207);
  assert.equal((await bob('GET', `${shared}/a%20(ann%20${second.id})`)).status, 404, 'one’s own comes first');
  await w.app.close();
});

test('DAV-3: nobody can give what they share the name that another share has', async () => {
  const w = await tree();
  const [bob, carl] = [asking(w, w.bob), principalOf(w.ids.next())];
  const shared = '/dav/Shared%20with%20me';
  await w.files.createFolder(carl, { path: '/other' });
  for (const path of ['/a', '/other/a (ann)'])
    await asking(w, carl)('PUT', `/dav${encodeURI(path)}`, {}, 'carl');
  const places: [Principal, string][] = [
    [carl, '/other/a (ann)'],
    [w.ann, '/x/a'],
    [carl, '/a'],
  ];
  for (const [who, path] of places) {
    const { id } = await w.files.get(who, { path });
    await w.files.share(who, id, { userId: w.bob.userId, role: 'editor' });
  }
  const { text } = await bob('PROPFIND', `${shared}/`, { depth: '1' });
  const names = [...text.matchAll(/<D:response><D:href>([^<]*)</g)].map(([, href]) => href!);
  assert.equal(new Set(names).size, 4);
  const { id } = await w.files.get(w.ann, { path: '/x/a' });
  assert.equal((await bob('GET', `${shared}/a%20(ann%20${id})`)).text, 'x/a');
  assert.equal((await bob('GET', `${shared}/a%20(ann)`)).status, 404);
  await w.app.close();
});

test('DAV-10: what there is no room for takes nothing away from where it was to go', async () => {
  const w = await webdavWorld({ quotaBytes: 1000 });
  const ann = asking(w);
  for (const path of ['d', 'full']) await ann('MKCOL', `/dav/${path}/`);
  for (const path of ['d/a', 'full/b', 'large']) await ann('PUT', `/dav/${path}`, {}, 'x'.repeat(300));
  await w.files.createFolder(w.bob, { path: '/inbox' });
  const inbox = await w.files.get(w.bob, { path: '/inbox' });
  await w.files.share(w.bob, inbox.id, { userId: w.ann.userId, role: 'editor' });
  await w.files.createFolder(w.bob, { path: '/inbox/d' });
  await ann('PUT', '/dav/Shared with me/inbox/most', {}, 'x'.repeat(900));
  const cases: [string, string, string][] = [
    ['COPY', 'd', 'full'],
    ['COPY', 'large', 'full'],
    ['MOVE', 'd', 'Shared%20with%20me/inbox/d'],
  ];
  for (const [method, from, to] of cases) {
    const { status } = await ann(method, `/dav/${from}`, { destination: `/dav/${to}` });
    assert.equal(status, 507, `${method} ${from} ${to}`);
  }
  for (const who of [w.ann, w.bob]) assert.deepEqual((await w.files.trash(who, { limit: 9 })).items, []);
  await w.app.close();
});

test('DAV-10: folders are copied a few at a time', async () => {
  const w = await tree();
  const go = (to: number) => w.go('COPY', 'd', `copy${to}`);
  const statuses = await Promise.all([1, 2, 3, 4, 5].map(go));
  assert.deepEqual(statuses.sort(), [201, 201, 503, 503, 503]);
  assert.equal(await go(6), 201, 'and again when those are done');
  await w.app.close();
});
