import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking, lockBody, patchBody, propBody, webdavWorld } from '../../roles/test-webdav.ts';
import { readXml } from './read-xml.ts';

test('DAV-11: a short request for many long names does not become a long answer', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  for (let i = 0; i < 20; i++) await ann('PUT', `/dav/${i}`, {}, 'x');
  const long = `<propfind xmlns="DAV:" xmlns:a="urn:${'a'.repeat(55_000)}"><prop>${Array.from({ length: 190 }, (_, i) => `<a:p${i}/>`).join('')}</prop></propfind>`;
  const refused = await ann('PROPFIND', '/dav/', { depth: '1' }, long);
  assert.deepEqual([refused.status, refused.text.length < 2000], [400, true]);
  const big = `<Z:big>${'x'.repeat(30_000)}</Z:big>`;
  await ann('PROPPATCH', '/dav/1', {}, patchBody(`<D:set><D:prop>${big}</D:prop></D:set>`));
  const again = `<D:prop>${'<Z:big xmlns:Z="urn:schemas-microsoft-com:"/>'.repeat(150)}</D:prop>`;
  const once = await ann('PROPFIND', '/dav/1', { depth: '0' }, propBody(again));
  assert.deepEqual([once.status, once.text.split('x'.repeat(30_000)).length - 1], [207, 1]);
  await w.app.close();
});

test('DAV-5: however long each of many answers is, few wait at once', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  for (let i = 0; i < 60; i++) await w.files.createFolder(w.ann, { path: `/${i}` });
  const owner = `<owner>${'x'.repeat(900)}</owner>`;
  for (let i = 0; i < 100; i++)
    await ann('LOCK', '/dav/', {}, lockBody('shared').replace(/<owner>.*<\/owner>/, owner));
  const asked = { who: w.ann, names: [], conditions: conditionsNone };
  const situation = await w.webdav.situationOf(asked);
  const finding = { wish: { kind: 'all' as const, names: [] }, isDeep: true, isMinimal: false };
  const lengths: number[] = [];
  for await (const piece of w.webdav.findProperties(w.ann, situation, finding)) lengths.push(piece.length);
  const all = lengths.reduce((sum, length) => sum + length, 0);
  assert.ok(all > 5_000_000, `${all}`);
  assert.ok(Math.max(...lengths) < 500_000, `${Math.max(...lengths)} characters in one piece`);
  await w.app.close();
});

test('DAV-5: while a large folder is listed, others are answered after every page', async () => {
  const w = await webdavWorld();
  await Promise.all(Array.from({ length: 1100 }, (_, i) => w.files.createFolder(w.ann, { path: `/${i}` })));
  const situation = await w.webdav.situationOf({ who: w.ann, names: [], conditions: conditionsNone });
  const finding = { wish: { kind: 'all' as const, names: [] }, isDeep: true, isMinimal: false };
  let [turns, responses, isOver] = [0, 0, false];
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  for await (const piece of w.webdav.findProperties(w.ann, situation, finding))
    responses += piece.split('<D:response>').length - 1;
  isOver = true;
  assert.equal(responses, 1101);
  assert.ok(turns >= 4, `${turns} turns for five pages`);
  await w.app.close();
});

test('DAV-6, DAV-11: what clients gave is answered as XML that every client can read', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PUT', '/dav/a', {}, 'x');
  const set = (inner: string) => patchBody(`<D:set><D:prop>${inner}</D:prop></D:set>`);
  const newer = await ann('PROPPATCH', '/dav/a', {}, `<?xml version="1.1"?>${set('<Z:k>&#1;</Z:k>')}`);
  assert.equal(newer.status, 400, 'characters that only XML 1.1 has');
  assert.equal((await ann('PROPPATCH', '/dav/a', {}, set('<xml:k>1</xml:k>'))).status, 207);
  const { text } = await ann('PROPFIND', '/dav/a', { depth: '0' });
  assert.match(text, /<xml:k>1<\/xml:k>/);
  assert.ok(readXml(Buffer.from(text)));
  await w.app.close();
});

test('DAV-3: one path in what others share costs no more with many shares', async () => {
  const w = await webdavWorld();
  const bob = asking(w, w.bob);
  for (let i = 0; i < 60; i++) {
    const { node } = await w.files.createFolder(w.ann, { path: `/s${i}` });
    await w.files.share(w.ann, node.id, { userId: w.bob.userId, role: 'editor' });
  }
  const path = '/dav/Shared%20with%20me/s7/a';
  assert.equal((await bob('PUT', path, {}, 'x')).status, 201);
  let reads = 0;
  const { get, getMany } = w.records;
  w.records.get = (...given) => {
    reads++;
    return get(...given);
  };
  w.records.getMany = (...given) => {
    reads++;
    return getMany(...given);
  };
  assert.equal((await bob('GET', path)).text, 'x');
  assert.ok(reads < 60, `${reads} reads`);
  const shared = await w.files.get(w.ann, { path: '/s7' });
  await w.files.endShareOrLink(w.ann, shared.id, w.bob.userId);
  assert.equal((await bob('GET', path)).status, 404, 'at once');
  await w.files.share(w.ann, shared.id, { userId: w.bob.userId, role: 'viewer' });
  assert.equal((await bob('GET', path)).text, 'x', 'and back');
  await w.files.change(w.ann, shared.id, { name: 'renamed' });
  w.clock.advance(10_000);
  assert.equal((await bob('GET', path)).status, 404);
  assert.equal((await bob('GET', path.replace('s7', 'renamed'))).text, 'x');
  await w.app.close();
});

const conditionsNone = {
  ifLists: [],
  ifMatch: undefined,
  ifNoneMatch: undefined,
  ifModifiedSinceMs: undefined,
  ifUnmodifiedSinceMs: undefined,
  namesOf: () => undefined,
};

test('DAV-6: properties of a drive itself stay as long as the drive', async () => {
  const w = await webdavWorld();
  const ann = asking(w);
  await ann('PROPPATCH', '/dav/', {}, patchBody('<D:set><D:prop><Z:k>1</Z:k></D:prop></D:set>'));
  w.clock.advance(3 * 86_400_000);
  const [step] = w.webdav.steps();
  await step!.run();
  assert.match((await ann('PROPFIND', '/dav/', { depth: '0' })).text, /n:k/);
  assert.equal(await w.webdav.eraseOf(w.ann.userId), true);
  assert.doesNotMatch((await ann('PROPFIND', '/dav/', { depth: '0' })).text, /n:k/);
  await w.app.close();
});
