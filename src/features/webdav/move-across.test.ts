import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, webdavWorld } from '../../roles/test-webdav.ts';

const shared = '/dav/Shared%20with%20me/inbox';

async function world() {
  const w = await webdavWorld();
  const [ann, bob] = [asking(w), asking(w, w.bob)];
  await bob('MKCOL', '/dav/inbox');
  const inbox = await w.files.get(w.bob, { path: '/inbox' });
  await w.files.share(w.bob, inbox.id, { userId: w.ann.userId, role: 'editor' });
  await ann('MKCOL', '/dav/d');
  await ann('PUT', '/dav/d/in', {}, 'first');
  await ann('PUT', '/dav/a', {}, 'first');
  await bob('PUT', '/dav/inbox/b', {}, 'first');
  const move = (from: string, to: string, headers = {}) => ann('MOVE', from, { destination: to, ...headers });
  const read = async (path: string) => {
    const { status, text } = await ann('GET', path);
    return status === 200 ? text : status;
  };
  const trash = async (who = w.ann) =>
    (await w.files.trash(who, { limit: 50 })).items.map(({ name }) => name);
  /** What happens each time before the original is to be deleted, until all of it happened. */
  const beforeDelete = (...happenings: (() => Promise<unknown>)[]) => {
    const { delete: remove } = w.files;
    w.files.delete = async (...given) => {
      const happening = happenings.shift();
      if (!happening) return remove(...given);
      await happening();
      return remove(...given);
    };
  };
  return { ...w, asAnn: ann, asBob: bob, move, read, trash, beforeDelete };
}

test('DAV-10: what is written to a file while it moves to another drive goes along', async () => {
  const w = await world();
  w.beforeDelete(
    () => w.asAnn('PUT', '/dav/a', {}, 'second'),
    () => w.asAnn('PUT', '/dav/a', {}, 'third'),
  );
  assert.equal((await w.move('/dav/a', `${shared}/a`)).status, 201);
  assert.deepEqual([await w.read('/dav/a'), await w.read(`${shared}/a`)], [404, 'third']);
  w.beforeDelete(() => w.asBob('PUT', '/dav/inbox/b', {}, 'second'));
  assert.equal(
    (await w.move(`${shared}/b`, '/dav/d/in')).status,
    204,
    'onto a file, and from another’s drive',
  );
  assert.deepEqual([await w.read(`${shared}/b`), await w.read('/dav/d/in')], [404, 'second']);
  assert.deepEqual([await w.trash(), await w.trash(w.bob)], [['a'], ['b']]);
  await w.app.close();
});

test('DAV-10: a file that goes on changing while it moves to another drive stays, and that is said', async () => {
  const w = await world();
  const writes = ['2', '3', '4'].map((text) => () => w.asAnn('PUT', '/dav/a', {}, text));
  w.beforeDelete(...writes);
  const moved = await w.move('/dav/a', `${shared}/a`);
  assert.equal(moved.status, 207);
  assert.match(moved.text, /<D:href>\/dav\/a<\/D:href><D:status>HTTP\/1.1 409 Conflict</);
  assert.deepEqual([await w.read('/dav/a'), await w.read(`${shared}/a`)], ['4', '3']);
  assert.deepEqual(await w.trash(), []);
  assert.equal((await w.move('/dav/a', `${shared}/a`)).status, 204);
  assert.deepEqual([await w.read('/dav/a'), await w.read(`${shared}/a`)], [404, '4']);
  await w.app.close();
});

test('DAV-7, DAV-10: a tag that was asked for holds until the original is deleted, and nothing of others’ is covered', async () => {
  const w = await world();
  const { headers } = await w.asAnn('GET', '/dav/a');
  w.beforeDelete(() => w.asAnn('PUT', '/dav/a', {}, 'second'));
  const tagged = await w.move('/dav/a', `${shared}/a`, { 'if-match': headers['etag'] });
  assert.match(tagged.text, /<D:href>\/dav\/a<\/D:href><D:status>HTTP\/1.1 412 /);
  assert.deepEqual([await w.read('/dav/a'), await w.read(`${shared}/a`)], ['second', 'first']);
  w.beforeDelete(async () => {
    await w.asAnn('PUT', '/dav/a', {}, 'third');
    await w.asBob('PUT', '/dav/inbox/a', {}, 'by bob');
  });
  assert.match((await w.move('/dav/a', `${shared}/a`)).text, /HTTP\/1.1 409 Conflict/);
  assert.deepEqual([await w.read('/dav/a'), await w.read(`${shared}/a`)], ['third', 'by bob']);
  await w.app.close();
});

test('DAV-10: a folder in which something is changed while it moves to another drive stays', async () => {
  const w = await world();
  const happenings: [string, () => Promise<unknown>][] = [
    ['written', () => w.asAnn('PUT', '/dav/d/in', {}, 'second')],
    ['added', () => w.asAnn('PUT', '/dav/d/new', {}, 'new')],
    ['moved in', () => w.asAnn('MOVE', '/dav/a', { destination: '/dav/d/a' })],
  ];
  for (const [what, happening] of happenings) {
    w.beforeDelete(happening);
    const moved = await w.move('/dav/d', `${shared}/d`);
    assert.match(moved.text, /<D:href>\/dav\/d\/<\/D:href><D:status>HTTP\/1.1 409 Conflict</, what);
    assert.deepEqual(await w.trash(), [], what);
  }
  assert.equal(await w.read('/dav/d/in'), 'second');
  w.beforeDelete(() => w.asAnn('PUT', '/dav/beside', {}, 'x'));
  assert.equal((await w.move('/dav/d', `${shared}/d`)).status, 204, 'what is changed elsewhere is no matter');
  for (const [path, text] of [
    ['in', 'second'],
    ['new', 'new'],
    ['a', 'first'],
  ])
    assert.equal(await w.read(`${shared}/d/${path}`), text);
  assert.deepEqual(await w.trash(), ['d']);
  await w.app.close();
});
