import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, lockBody, tokenOf, webdavWorld } from '../../roles/test-webdav.ts';

test('DAV-8, DAV-9: what is locked is changed only by who holds the lock and names it', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('MKCOL', '/dav/d');
  await ann('PUT', '/dav/d/a', {}, 'x');
  const token = tokenOf(await ann('LOCK', '/dav/d/a', {}, lockBody()));
  const named = { if: `(<${token}>)` };
  const refused: [string, string, Record<string, string>?][] = [
    ['PUT', '/dav/d/a'],
    ['DELETE', '/dav/d/a'],
    ['DELETE', '/dav/d'],
    ['MOVE', '/dav/d/a', { destination: '/dav/b' }],
    ['MOVE', '/dav/d', { destination: '/dav/e' }],
    ['LOCK', '/dav/d/a'],
    ['LOCK', '/dav/d'],
  ];
  for (const [method, path, headers] of refused) {
    const { status, text } = await ann(method, path, headers, method === 'LOCK' ? lockBody() : undefined);
    assert.deepEqual(
      [status, /lock-token-submitted|no-conflicting-lock/.test(text)],
      [423, true],
      `${method} ${path}`,
    );
  }
  assert.equal((await ann('LOCK', '/dav/d', { depth: '0' }, lockBody())).status, 200, 'the folder alone');
  assert.equal((await ann('PUT', '/dav/d/new', {}, 'x')).status, 423, 'it takes nothing more');
  assert.equal((await ann('PUT', '/dav/d/a', named, 'y')).status, 204);
  assert.equal((await ann('COPY', '/dav/d/a', { destination: '/dav/copy' })).status, 201, 'to read is free');
  assert.equal((await ann('PUT', '/dav/copy', {}, 'y')).status, 204, 'a copy is not locked');
  assert.equal((await ann('UNLOCK', '/dav/d/a', { 'lock-token': '<urn:other>' })).status, 409);
  assert.equal((await ann('UNLOCK', '/dav/d/a', { 'lock-token': token })).status, 400);
  assert.equal((await ann('UNLOCK', '/dav/d/a', { 'lock-token': `<${token}>` })).status, 204);
  assert.equal((await ann('PUT', '/dav/d/a', {}, 'z')).status, 204);
  await w.app.close();
});

test('DAV-8: locks are shared, lie deep, last, and run out', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('MKCOL', '/dav/d');
  await ann('PUT', '/dav/d/a', {}, 'x');
  const first = tokenOf(await ann('LOCK', '/dav/d', { timeout: 'Second-60' }, lockBody('shared')));
  const second = tokenOf(await ann('LOCK', '/dav/d/a', { timeout: 'Second-600' }, lockBody('shared')));
  assert.equal((await ann('LOCK', '/dav/d/a', {}, lockBody())).status, 423);
  assert.equal(
    (await ann('PUT', '/dav/d/a', { if: `(<${first}>)` }, 'y')).status,
    204,
    'one of two is enough',
  );
  const found = await ann('PROPFIND', '/dav/d/a', { depth: '0' });
  assert.equal(found.text.match(/<D:activelock>/g)?.length, 2);
  assert.match(found.text, /<D:lockroot><D:href>\/dav\/d\/</);
  assert.equal((await ann('LOCK', '/dav/d/a', { if: `(<${first}>)`, timeout: 'Second-120' })).status, 200);
  assert.equal((await ann('LOCK', '/dav/d/a')).status, 412, 'which one?');
  w.clock.advance(90_000);
  assert.equal((await ann('PUT', '/dav/d/b', {}, 'x')).status, 423, 'it was asked for again');
  w.clock.advance(60_000);
  assert.equal((await ann('PUT', '/dav/d/b', {}, 'x')).status, 201);
  assert.equal((await ann('PUT', '/dav/d/a', {}, 'x')).status, 423);
  assert.equal((await ann('MOVE', '/dav/d/a', { destination: '/dav/m', if: `(<${second}>)` })).status, 201);
  assert.equal((await ann('PUT', '/dav/m', {}, 'x')).status, 204, 'a lock does not move');
  await w.app.close();
});

test('DAV-9: a lock helps only who took it; the owner of the drive may end it', async () => {
  const w = await webdavWorld();
  const [ann, bob] = [asking(w), asking(w, w.bob)];
  await ann('MKCOL', '/dav/d');
  await ann('PUT', '/dav/d/a', {}, 'x');
  const { id } = await w.files.get(w.ann, { path: '/d' });
  await w.files.share(w.ann, id, { userId: w.bob.userId, role: 'editor' });
  const token = tokenOf(await bob('LOCK', '/dav/Shared%20with%20me/d/a', {}, lockBody()));
  const named = { if: `(<${token}>)` };
  assert.equal((await bob('PUT', '/dav/Shared%20with%20me/d/a', named, 'y')).status, 204);
  assert.equal((await ann('PUT', '/dav/d/a', named, 'z')).status, 423);
  const own = tokenOf(await ann('LOCK', '/dav/d/b', {}, lockBody()));
  assert.equal(
    (await bob('UNLOCK', '/dav/Shared%20with%20me/d/b', { 'lock-token': `<${own}>` })).status,
    403,
  );
  assert.equal((await ann('UNLOCK', '/dav/d/a', { 'lock-token': `<${token}>` })).status, 204);
  const above = await ann('LOCK', '/dav/', {}, lockBody('shared'));
  assert.equal(above.status, 423, 'b is still held');
  await ann('UNLOCK', '/dav/d/b', { 'lock-token': `<${own}>` });
  await ann('LOCK', '/dav/', {}, lockBody());
  const seen = await bob('PROPFIND', '/dav/Shared%20with%20me/d/a', { depth: '0' });
  assert.match(
    seen.text,
    /<D:lockroot><D:href>\/dav\/Shared%20with%20me\/d\/</,
    'nothing is told of what lies above',
  );
  await w.app.close();
});

test('DAV-8: one person takes only so many, and a drive is not filled by its guests', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  const lock = () => ann('LOCK', '/dav/a', {}, lockBody('shared'));
  for (let i = 0; i < 200; i++) assert.equal((await lock()).status, 200);
  assert.equal((await lock()).status, 507);
  assert.equal(
    (await ann('LOCK', '/dav/a', {}, lockBody('shared').replace('ann@home', 'x'.repeat(2000)))).status,
    413,
  );
  assert.equal(await w.webdav.eraseOf(w.ann.userId), true);
  assert.equal((await lock()).status, 200);
  await w.app.close();
});

test('DAV-7: the If header tells of other resources, and Not of what is not', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  const locked = await ann('LOCK', '/dav/b', {}, lockBody());
  const token = tokenOf(locked);
  const move = (If: string) => ann('MOVE', '/dav/a', { destination: '/dav/b', if: If });
  assert.equal((await move('(<DAV:no-lock>)')).status, 412);
  assert.equal((await move('(Not <DAV:no-lock>)')).status, 423);
  assert.equal((await move(`<http://evil.example/dav/b> (<${token}>)`)).status, 412);
  assert.equal((await move(`<http://kith.test/dav/b> (<${token}>)`)).status, 204);
  assert.equal((await ann('PUT', '/dav/b', {}, 'x')).status, 423, 'what was overwritten is still locked');
  assert.equal((await ann('PUT', '/dav/b', { if: `(Not <DAV:no-lock> <${token}>)` }, 'x')).status, 204);
  await w.app.close();
});

test('DAV-8, DAV-9: a name is free for others at once when what had it is deleted or moved, locked or not', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('MKCOL', '/dav/d');
  const removals = [
    (named: Record<string, string>) => ann('DELETE', '/dav/d/a', named),
    (named: Record<string, string>) =>
      ann('MOVE', '/dav/d/a', { ...named, destination: '/dav/d/b', overwrite: 'T' }),
    async () => {
      await w.files.delete(w.ann, (await w.files.get(w.ann, { path: '/d/a' })).id);
      return { status: 204 };
    },
    async () => {
      await w.files.change(w.ann, (await w.files.get(w.ann, { path: '/d/a' })).id, {
        name: 'c',
        parentId: w.ann.userId,
      });
      return { status: 204 };
    },
  ];
  for (const [i, remove] of removals.entries()) {
    // A lock on nothing makes an empty file, and holds that.
    const token = tokenOf(await ann('LOCK', '/dav/d/a', {}, lockBody()));
    assert.ok((await remove({ if: `(<${token}>)` })).status < 300, `${i}`);
    assert.equal((await ann('GET', '/dav/d/a')).status, 404);
    assert.equal((await ann('PUT', '/dav/d/a', {}, 'again')).status, 201, `put ${i}`);
    assert.equal(
      (await ann('UNLOCK', '/dav/d/a', { 'lock-token': `<${token}>` })).status,
      409,
      'not its lock',
    );
    const found = await ann('PROPFIND', '/dav/d/a', { depth: '0' });
    assert.doesNotMatch(found.text, /activelock>/);
    const next = tokenOf(await ann('LOCK', '/dav/d/a', {}, lockBody()));
    assert.equal((await ann('UNLOCK', '/dav/d/a', { 'lock-token': `<${next}>` })).status, 204);
    assert.equal((await ann('DELETE', '/dav/d/a')).status, 204);
    const above = await ann('LOCK', '/dav/d', {}, lockBody());
    assert.equal(above.status, 200, `nothing in it is held any more, ${i}`);
    await ann('UNLOCK', '/dav/d', { 'lock-token': `<${tokenOf(above)}>` });
  }
  assert.equal(
    (await ann('PUT', '/dav/c', {}, 'x')).status,
    423,
    'a lock goes along where it is moved in another way',
  );
  assert.equal((await ann('DELETE', '/dav/d')).status, 204);
  await w.app.close();
});

test('DAV-9: the locks of who may no longer write there hold no more', async () => {
  const w = await webdavWorld();
  const [ann, bob] = [asking(w), asking(w, w.bob)];
  await ann('MKCOL', '/dav/d');
  await ann('PUT', '/dav/d/a', {}, 'x');
  const { id } = await w.files.get(w.ann, { path: '/d' });
  const endings = [
    () => w.files.endShareOrLink(w.ann, id, w.bob.userId),
    () => w.files.share(w.ann, id, { userId: w.bob.userId, role: 'viewer' }),
  ];
  for (const end of endings) {
    await w.files.share(w.ann, id, { userId: w.bob.userId, role: 'editor' });
    const deep = tokenOf(await bob('LOCK', '/dav/Shared%20with%20me/d/', {}, lockBody('shared')));
    const own = tokenOf(await bob('LOCK', '/dav/Shared%20with%20me/d/a', {}, lockBody('shared')));
    assert.equal((await ann('PUT', '/dav/d/a', {}, 'y')).status, 423);
    assert.equal((await ann('DELETE', '/dav/d')).status, 423);
    await end();
    assert.equal((await ann('PUT', '/dav/d/a', {}, 'y')).status, 204);
    const seen = await ann('PROPFIND', '/dav/d', { depth: '1' });
    assert.doesNotMatch(seen.text, /activelock>/);
    const stated = await ann('PUT', '/dav/d/a', { if: `(<${own}>)` }, 'z');
    assert.equal(stated.status, 412, 'there is no such lock');
    const mine = await ann('LOCK', '/dav/d', {}, lockBody());
    assert.equal(mine.status, 200);
    await ann('UNLOCK', '/dav/d', { 'lock-token': `<${tokenOf(mine)}>` });
    await w.files.share(w.ann, id, { userId: w.bob.userId, role: 'editor' });
    const back = await bob('PUT', '/dav/Shared%20with%20me/d/a', { if: `(<${deep}>)` }, 'z');
    assert.equal(back.status, 412, 'nor does it come back');
  }
  await w.app.close();
});

test('DAV-9: a lock counts in the folder that what it holds was moved to in another way', async () => {
  const w = await webdavWorld();
  const [ann, bob] = [asking(w), asking(w, w.bob)];
  await ann('MKCOL', '/dav/s');
  await ann('MKCOL', '/dav/s/d');
  await ann('PUT', '/dav/s/a', {}, 'x');
  const s = await w.files.get(w.ann, { path: '/s' });
  await w.files.share(w.ann, s.id, { userId: w.bob.userId, role: 'editor' });
  const r = await bob('LOCK', '/dav/Shared%20with%20me/s/a', {}, lockBody());
  assert.ok(tokenOf(r));
  const a = await w.files.get(w.ann, { path: '/s/a' });
  const d = await w.files.get(w.ann, { path: '/s/d' });
  await w.files.change(w.ann, a.id, { parentId: d.id });
  assert.equal((await ann('PUT', '/dav/s/d/a', {}, 'y')).status, 423);
  assert.equal((await ann('LOCK', '/dav/s/d', {}, lockBody())).status, 423);
  assert.equal((await ann('DELETE', '/dav/s/d')).status, 423);
  await w.app.close();
});
