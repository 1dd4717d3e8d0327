import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionIdOf } from './node.ts';
import { dumpTree, filesWorld } from './test-files.ts';

async function world() {
  const w = filesWorld();
  const ann = w.person();
  const put = async (path: string) => {
    const content = w.content();
    const { node } = await w.files.write(ann, { path }, { content });
    return { ...node, contentId: content.id };
  };
  const trashed = async () => (await w.files.trash(ann, { limit: 10 })).items.map(({ name }) => name);
  const moveTo = (id: string, name: string, more: { baseVersionId?: string } = {}) =>
    w.files.change(ann, id, { parentId: ann.userId, name, ...more }, { replaces: true });
  return { ...w, ann, put, trashed, moveTo };
}

test('FILE-13: a file moved onto another becomes its next version, and leaves nothing behind', async () => {
  const w = await world();
  const [old, fresh] = [await w.put('/a.txt'), await w.put('/a.txt.part')];
  const moved = await w.moveTo(fresh.id, 'A.txt');
  assert.equal(moved.id, old.id, 'shares and history stay');
  assert.equal(moved.entry!.content!.id, fresh.contentId);
  assert.deepEqual([...(await dumpTree(w.files, w.ann)).keys()], ['/a.txt']);
  assert.equal((await w.files.versions(w.ann, old.id, { limit: 10 })).items.length, 2);
  assert.deepEqual(await w.trashed(), []);
});

test('FILE-13: a file with a history of its own goes into the trash, and so do folders that give way', async () => {
  const w = await world();
  await w.put('/a');
  await w.put('/b');
  const b = await w.put('/b');
  await w.moveTo(b.id, 'a');
  assert.deepEqual(await w.trashed(), ['b']);
  const { node: folder } = await w.files.createFolder(w.ann, { path: '/f' });
  await w.put('/f/in');
  const c = await w.put('/c');
  assert.equal((await w.moveTo(c.id, 'f')).id, c.id);
  assert.deepEqual((await w.trashed()).sort(), ['b', 'f']);
  assert.equal((await w.files.get(w.ann, { path: '/f' })).entry!.kind, 'file');
  await assert.rejects(w.files.get(w.ann, { id: folder.id }), { code: 'not-found' });
});

test('FILE-13: what was changed meanwhile is not moved, and nothing gives way to what lies in it', async () => {
  const w = await world();
  const first = await w.put('/a');
  await w.put('/a');
  const stale = { baseVersionId: versionIdOf(first.entry!.version) };
  await assert.rejects(w.moveTo(first.id, 'b', stale), { code: 'conflict' });
  await w.files.createFolder(w.ann, { path: '/f' });
  const inner = await w.put('/f/f');
  await assert.rejects(w.moveTo(inner.id, 'f'), { code: 'conflict' });
  assert.deepEqual(await w.trashed(), []);
});

test('FILE-13: an editor replaces what lies in the shared folder, and reads down from it by names', async () => {
  const w = await world();
  const bob = w.person();
  const { node: folder } = await w.files.createFolder(w.ann, { path: '/f' });
  await w.put('/f/a');
  const b = await w.put('/f/b');
  await w.files.share(w.ann, folder.id, { userId: bob.userId, role: 'editor' });
  await w.files.change(bob, b.id, { parentId: folder.id, name: 'a' }, { replaces: true });
  const at = (...below: string[]) => w.files.get(bob, { id: folder.id, below });
  assert.equal((await at('A')).entry!.content!.id, b.contentId);
  for (const below of [['b'], ['a', 'x'], ['none', 'a']])
    await assert.rejects(at(...below), { code: 'not-found' });
  await assert.rejects(at('..'), { code: 'invalid' });
});

test('FILE-2: a folder is deleted only while nothing in it was changed, where that is asked for', async () => {
  const w = await world();
  const { node: folder } = await w.files.createFolder(w.ann, { path: '/f' });
  await w.files.createFolder(w.ann, { path: '/f/g' });
  const since = () => w.files.latestCursor(w.ann, { rootId: folder.id });
  const remove = (unchangedSince: string) => w.files.delete(w.ann, folder.id, { unchangedSince });
  const inner = await w.put('/f/g/a');
  const { id } = await w.put('/elsewhere');
  const changes = [
    () => w.put('/f/g/a'),
    () => w.put('/f/b'),
    () => w.files.change(w.ann, inner.id, { parentId: w.ann.userId }),
    () => w.files.change(w.ann, id, { parentId: folder.id }),
    () => w.files.delete(w.ann, id),
  ];
  for (const change of changes) {
    const cursor = await since();
    await change();
    await assert.rejects(remove(cursor), { code: 'conflict' });
  }
  const cursor = await since();
  const both = await Promise.allSettled([w.put('/other'), w.put('/f/b'), remove(cursor)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected'],
    'also by what is decided together with it',
  );
  const latest = await since();
  for (let i = 0; i < 5; i++) await w.put('/other');
  await remove(latest);
  assert.deepEqual((await w.trashed()).sort(), ['elsewhere', 'f']);
});
