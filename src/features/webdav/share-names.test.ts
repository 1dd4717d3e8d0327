import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Id } from '../../lib/ids.ts';
import { RecordsError } from '../../ports/records/records.ts';
import { asking, webdavWorld } from '../../roles/test-webdav.ts';
import { givenNames, shareNamesMax } from './share-names.ts';
import { davShareNames } from './tables.ts';

const shared = '/dav/Shared%20with%20me';

async function world() {
  const w = await webdavWorld();
  const bob = asking(w, w.bob);
  /** A folder of ann's in a folder of its own, so that many have one name. */
  let count = 0;
  const folder = async (name: string) => {
    const { node: above } = await w.files.createFolder(w.ann, { path: `/above${count++}` });
    const { node } = await w.files.createFolder(w.ann, { parentId: above.id, name });
    const target = { parentId: node.id, name: 'which' };
    await w.transfers.put(w.ann, { target }, textOf(node.id), {});
    return node.id;
  };
  const share = (id: Id) => w.files.share(w.ann, id, { userId: w.bob.userId, role: 'editor' });
  const unshare = (id: Id) => w.files.endShareOrLink(w.ann, id, w.bob.userId);
  const read = async (name: string) => {
    w.clock.advance(10_000);
    const { status, text } = await bob('GET', `${shared}/${encodeURIComponent(name)}/which`);
    return status === 200 ? text : status;
  };
  return { ...w, asBob: bob, folder, share, unshare, read };
}

/** What somebody sees who lists the shares. */
async function names(w: Awaited<ReturnType<typeof world>>) {
  const { text } = await w.asBob('PROPFIND', `${shared}/`, { depth: '1' });
  return decodeURIComponent(text);
}

async function* textOf(text: string) {
  yield Buffer.from(text);
}

test('DAV-3: a name that once meant one share never comes to mean another one', async () => {
  const w = await world();
  const [first, second, third] = [await w.folder('notes'), await w.folder('notes'), await w.folder('others')];
  await w.share(first);
  assert.equal(await w.read('notes'), first);
  await w.unshare(first);
  await w.share(second);
  assert.equal(await w.read('notes'), 404, 'what a program remembers leads nowhere');
  assert.equal(await w.read('notes (ann)'), second);
  await w.share(third);
  assert.equal(await w.read('others'), third);
  await w.unshare(second);
  await w.files.change(w.ann, third, { name: 'notes' });
  assert.equal(await w.read('others'), 404);
  assert.equal(await w.read('notes'), 404);
  assert.equal(await w.read('notes (ann)'), 404);
  assert.equal(await w.read(`notes (ann ${third})`), third);
  await w.unshare(third);
  await w.share(first);
  assert.equal(await w.read('notes'), first, 'what it always meant');
  assert.equal((await w.asBob('PUT', `${shared}/notes/new`, {}, 'x')).status, 201);
  await w.app.close();
});

test('DAV-3: nobody gets the name of another share by calling theirs so', async () => {
  const w = await world();
  const first = await w.folder('notes');
  const second = await w.folder(`notes (ann ${first})`);
  const third = await w.folder('notes');
  for (const id of [second, first, third]) await w.share(id);
  assert.equal(await w.read(`notes (ann ${first})`), first);
  assert.equal(await w.read(`notes (ann ${third})`), third);
  assert.equal(await w.read(`notes (ann ${first}) (ann)`), second);
  await w.app.close();
});

test('DAV-3: nobody takes beforehand the name that is left for another share', async () => {
  const w = await world();
  const third = await w.folder('notes.txt');
  for (const name of [`notes (ann ${third}).txt`, 'notes.txt', 'notes (ann).txt']) {
    await w.share(await w.folder(name));
    await w.read('nothing');
  }
  await w.share(third);
  assert.equal(await w.read(`notes (ann ${third}).txt`), third);
  assert.match(await names(w), new RegExp(`notes \\(ann ${third}\\) \\(ann\\)\\.txt`));
  await w.app.close();
});

test('DAV-3: a share keeps its name while it is called so, whatever becomes of others', async () => {
  const w = await world();
  const [first, second, third] = [await w.folder('notes'), await w.folder('notes'), await w.folder('notes')];
  for (const id of [first, second]) await w.share(id);
  assert.equal(await w.read(`notes (ann ${first})`), first);
  assert.equal(await w.read(`notes (ann ${second})`), second);
  await w.unshare(second);
  assert.equal(await w.read(`notes (ann ${first})`), first, 'also where it could have a shorter one now');
  assert.equal(await w.read('notes'), first);
  await w.share(third);
  assert.equal(await w.read(`notes (ann ${third})`), third);
  await w.unshare(first);
  assert.equal(await w.read('notes (ann)'), third);
  assert.equal(await w.read(`notes (ann ${third})`), third);
  assert.equal(await w.read(`notes (ann ${first})`), 404);
  await w.app.close();
});

test('DAV-3: names are given once, however many ask at once, kept within bounds, and go with their account', async () => {
  const w = await world();
  const userId = w.bob.userId;
  const keyOf = (i: number) => `name ${i}`;
  const asked = await Promise.all(
    [1, 2, 3].map((id) => givenNames(w, userId, [{ id: `${id}`, keys: ['one', `other ${id}`] }])),
  );
  const whose = asked.map((given, i) =>
    ['one', `other ${i + 1}`].find((key) => given.get(key) === `${i + 1}`),
  );
  assert.deepEqual(whose.toSorted(), ['one', ...whose.filter((key) => key !== 'one')].toSorted());
  assert.equal(whose.filter((key) => key === 'one').length, 1);
  await givenNames(w, userId, [{ id: '4', keys: ['four (ann)'] }]);
  const later = await givenNames(w, userId, [{ id: '4', keys: ['four', 'four (ann)'] }]);
  assert.deepEqual([later.get('four'), later.get('four (ann)')], [undefined, '4'], 'it keeps what it has');
  const many = Array.from({ length: shareNamesMax + 50 }, (_, i) => ({ id: `id ${i}`, keys: [keyOf(i)] }));
  await givenNames(w, userId, many);
  const rows = await w.records.list(davShareNames, [userId], { limit: 1000 });
  assert.equal(rows.length, shareNamesMax);
  const { commit } = w.records;
  w.records.commit = () => Promise.reject(new RecordsError('full', 'no space'));
  assert.ok(await givenNames(w, w.ann.userId, [{ id: 'x', keys: ['a'] }]), 'reading goes on');
  w.records.commit = commit;
  while (!(await w.webdav.eraseOf(userId)));
  assert.deepEqual(await w.records.list(davShareNames, [userId], { limit: 1000 }), []);
  await w.app.close();
});
