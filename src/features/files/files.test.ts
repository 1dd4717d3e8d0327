import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StaleBase, versionIdOf } from './index.ts';
import { dumpTree, filesWorld, plainTree } from './test-files.ts';

test('FILE-1 folders and files are made, listed by name, renamed, moved and found by path', async () => {
  const { files, person, content } = filesWorld();
  const anna = person();
  const { node: docs } = await files.createFolder(anna, { path: '/Docs' });
  const bytes = content();
  const { node } = await files.write(anna, { path: '/Docs/a.txt' }, { content: bytes });
  await files.write(anna, { parentId: anna.userId, name: 'b.txt' }, { content: content() });
  const root = await files.list(anna, {}, { limit: 10 });
  assert.deepEqual(
    root.items.map(({ entry }) => entry!.name),
    ['b.txt', 'Docs'],
  );
  await files.change(anna, node.id, { name: 'c.txt', parentId: anna.userId });
  assert.equal((await files.get(anna, { path: '/c.txt' })).id, node.id);
  assert.deepEqual((await files.list(anna, { id: docs.id }, { limit: 10 })).items, []);
  assert.deepEqual(
    await files.list(anna, { path: '/docs' }, { limit: 10 }),
    await files.list(anna, { id: docs.id }, { limit: 10 }),
  );
});

test('FILE-2 a write based on a version that is no longer current changes nothing', async () => {
  const { files, person, content } = filesWorld();
  const anna = person();
  const { node } = await files.write(anna, { path: '/a' }, { content: content() });
  const base = versionIdOf(node.entry!.version);
  const second = await files.write(anna, { path: '/a' }, { content: content(), baseVersionId: base });
  await assert.rejects(
    files.write(anna, { id: node.id }, { content: content(), baseVersionId: base }),
    (error) => error instanceof StaleBase && error.found?.entry?.version === second.node.entry!.version,
  );
  await assert.rejects(files.write(anna, { path: '/a' }, { content: content(), isNew: true }), StaleBase);
  await assert.rejects(files.delete(anna, node.id, { baseVersionId: base }), StaleBase);
  assert.equal((await files.versions(anna, node.id, { limit: 10 })).items.length, 2);
});

test('FILE-3 changes made at once all take effect, in one order, a name going to one of them', async () => {
  const { files, person, content, open } = filesWorld();
  const anna = person();
  const other = open();
  const made = await Promise.allSettled(
    Array.from({ length: 60 }, (_, i) =>
      (i % 2 ? files : other).write(anna, { path: `/f${i % 40}` }, { content: content(), isNew: true }),
    ),
  );
  assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 40);
  const page = await files.changes(anna, { limit: 100 });
  assert.equal(page.items.length, 40);
  assert.equal((await files.changes(anna, { cursor: page.nextCursor, limit: 10 })).items.length, 0);
});

test('FILE-4 what is deleted comes back whole, under a free name, and can be deleted for good', async () => {
  const { files, person, content } = filesWorld();
  const anna = person();
  const { node: docs } = await files.createFolder(anna, { path: '/docs' });
  const { node: file } = await files.write(anna, { path: '/docs/a' }, { content: content() });
  await files.delete(anna, docs.id);
  await assert.rejects(files.get(anna, { id: file.id }), { code: 'not-found' });
  assert.deepEqual(
    (await files.trash(anna, { limit: 10 })).items.map(({ id }) => id),
    [docs.id],
  );
  await files.createFolder(anna, { path: '/Docs' });
  await files.restoreFromTrash(anna, docs.id);
  assert.deepEqual(Object.keys(plainTree(await dumpTree(files, anna))), [
    '/Docs',
    '/docs (2)',
    '/docs (2)/a',
  ]);
  await files.delete(anna, docs.id);
  await files.deleteForGood(anna, docs.id);
  while (!(await files.tend(anna.userId)));
  assert.deepEqual((await files.trash(anna, { limit: 10 })).items, []);
});

test('FILE-5 a whole tree goes back to a snapshot and, undone, back again', async () => {
  const { files, person, content, clock } = filesWorld();
  const anna = person();
  await files.createFolder(anna, { path: '/a' });
  await files.createFolder(anna, { path: '/a/b' });
  const { node } = await files.write(anna, { path: '/a/b/f' }, { content: content() });
  await files.write(anna, { path: '/a/g' }, { content: content() });
  const before = plainTree(await dumpTree(files, anna));
  const snapshot = await files.makeSnapshot(anna, { name: 'first' });
  clock.advance(1000);
  // The two folders change places, so that nothing can simply be moved.
  const a = await files.get(anna, { path: '/a' });
  const b = await files.get(anna, { path: '/a/b' });
  await files.change(anna, b.id, { parentId: anna.userId });
  await files.change(anna, a.id, { parentId: b.id });
  await files.write(anna, { id: node.id }, { content: content() });
  await files.delete(anna, (await files.get(anna, { path: '/b/a/g' })).id);
  await files.write(anna, { path: '/b/a/new' }, { content: content() });
  const after = plainTree(await dumpTree(files, anna));
  const undoMs = clock.nowMs();
  clock.advance(1000);
  await files.restore(anna, { snapshotId: snapshot.id });
  assert.deepEqual(plainTree(await dumpTree(files, anna)), before);
  assert.equal((await files.get(anna, { path: '/a/b/f' })).id, node.id);
  await files.restore(anna, { atMs: undoMs });
  assert.deepEqual(plainTree(await dumpTree(files, anna)), after);
});

test('FILE-5, FILE-8 a folder and a file are read as they were at any moment, also when they are gone', async () => {
  const { files, person, content, clock } = filesWorld();
  const [anna, bert] = [person(), person()];
  await files.createFolder(anna, { path: '/docs' });
  const bytes = content();
  const { node } = await files.write(anna, { path: '/docs/a' }, { content: bytes });
  const atMs = clock.nowMs();
  clock.advance(60_000);
  await files.write(anna, { path: '/docs/a' }, { content: content() });
  await files.change(anna, node.id, { name: 'b' });
  clock.advance(60_000);
  await files.delete(anna, (await files.get(anna, { path: '/docs' })).id);
  const then = await files.pastFolder(anna, { atMs }, { path: '/docs', limit: 10 });
  assert.deepEqual(
    then.items.map(({ name }) => name),
    ['a'],
  );
  assert.equal((await files.readablePast(anna, { atMs }, '/docs/a')).content.id, bytes.id);
  const later = await files.pastFolder(anna, { atMs: atMs + 60_000 }, { path: '/docs', limit: 10 });
  assert.deepEqual(
    later.items.map(({ name }) => name),
    ['b'],
  );
  for (const moment of [{ atMs: atMs - 1 }, { atMs: clock.nowMs() }])
    await assert.rejects(files.pastFolder(anna, moment, { path: '/docs', limit: 10 }), { code: 'not-found' });
  await assert.rejects(files.readablePast(bert, { atMs }, '/docs/a'), { code: 'not-found' });
});

test('FILE-9 what other things take while a file comes counts when it is there', async () => {
  const world = filesWorld({ quotaBytes: 100 });
  let otherBytes = 0;
  world.deps.otherBytesOf = async () => otherBytes;
  const files = world.open();
  const anna = world.person();
  const target = { path: '/a' };
  const { checked } = await files.checkWrite(anna, target);
  otherBytes = 90;
  world.clock.advance(60_000);
  const late = files.write(anna, target, { content: world.content(50), checked });
  await assert.rejects(late, { code: 'too-large' });
  await files.write(anna, target, { content: world.content(5), checked });
});

test('FILE-7 what was deleted for good is at no moment any more, and in snapshots still', async () => {
  const { files, person, content, clock } = filesWorld();
  const anna = person();
  await files.createFolder(anna, { path: '/docs' });
  for (const path of ['/docs/a', '/b', '/c']) await files.write(anna, { path }, { content: content() });
  const { id: snapshotId } = await files.makeSnapshot(anna, {});
  const atMs = clock.nowMs();
  clock.advance(60_000);
  for (const path of ['/docs', '/b']) {
    const { id } = await files.get(anna, { path });
    await files.delete(anna, id);
    await files.deleteForGood(anna, id);
  }
  const namesAt = async (moment: { atMs: number } | { snapshotId: string }) =>
    (await files.pastFolder(anna, moment, { limit: 10 })).items.map(({ name }) => name);
  assert.deepEqual(await namesAt({ atMs }), ['c']);
  assert.deepEqual(await namesAt({ snapshotId }), ['b', 'c', 'docs']);
  for (const path of ['/docs/a', '/b']) {
    await assert.rejects(files.readablePast(anna, { atMs }, path), { code: 'not-found' });
    assert.ok(await files.readablePast(anna, { snapshotId }, path));
  }
});
