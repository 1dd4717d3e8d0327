import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../lib/refusal.ts';
import { asking, webdavWorld } from '../../roles/test-webdav.ts';
import { dumpTree, plainTree } from '../files/test-files.ts';
import { davCopies } from './tables.ts';

async function world() {
  const w = await webdavWorld();
  const ann = asking(w);
  for (const path of ['d', 'd/e', 'there']) await ann('MKCOL', `/dav/${path}/`);
  for (const path of ['d/a', 'd/b', 'd/e/c', 'there/kept']) await ann('PUT', `/dav/${path}`, {}, path);
  const go = (method: string, from: string, to: string) =>
    ann(method, `/dav/${from}`, { destination: `/dav/${to}` });
  const tree = async (who = w.ann) => plainTree(await dumpTree(w.files, who));
  const trash = async (who = w.ann) =>
    (await w.files.trash(who, { limit: 50 })).items.map(({ name }) => name.replace(/-.*/, ''));
  /** The writes after so many fail, as where the room is taken by others. */
  const failAfter = (count: number) => {
    const { write } = w.files;
    let left = count;
    w.files.write = async (...given) => {
      if (left-- > 0) return write(...given);
      w.files.write = write;
      throw new Refusal('too-large', 'This does not fit.');
    };
  };
  return { ...w, asAnn: ann, go, tree, trash, failAfter };
}

test('DAV-10: a copy that fails midway leaves nothing where it was to be', async () => {
  const w = await world();
  const before = await w.tree();
  for (const written of [0, 1, 2]) {
    w.failAfter(written);
    const { status, text } = await w.go('COPY', 'd', 'copy');
    assert.deepEqual([status, /quota-not-exceeded/.test(text)], [507, true]);
    assert.deepEqual(await w.tree(), before, `after ${written}`);
  }
  assert.equal((await w.go('COPY', 'd', 'copy')).status, 201, 'the name is free');
  await w.app.close();
});

test('DAV-10: nothing gives way to a copy that fails midway', async () => {
  const w = await world();
  const before = await w.tree();
  const { id } = await w.files.get(w.ann, { path: '/there' });
  for (const from of ['d', 'd/a']) {
    w.failAfter(from === 'd' ? 2 : 0);
    assert.equal((await w.go('COPY', from, 'there')).status, 507);
    assert.deepEqual(await w.tree(), before);
  }
  assert.equal((await w.files.get(w.ann, { path: '/there' })).id, id);
  assert.ok(!(await w.trash()).includes('there'));
  assert.equal((await w.go('COPY', 'd', 'there')).status, 204);
  assert.equal((await w.asAnn('GET', '/dav/there/e/c')).text, 'd/e/c');
  assert.ok((await w.trash()).includes('there'));
  await w.app.close();
});

test('DAV-10: of a move across that fails, the original stays, or it is said that it does', async () => {
  const w = await world();
  await w.files.createFolder(w.bob, { path: '/inbox' });
  const inbox = await w.files.get(w.bob, { path: '/inbox' });
  await w.files.share(w.bob, inbox.id, { userId: w.ann.userId, role: 'editor' });
  const before = await w.tree();
  w.failAfter(1);
  const across = 'Shared%20with%20me/inbox/d';
  assert.equal((await w.go('MOVE', 'd', across)).status, 507);
  assert.deepEqual([await w.tree(), Object.keys(await w.tree(w.bob))], [before, ['/inbox']]);
  const { delete: remove } = w.files;
  w.files.delete = async () => {
    w.files.delete = remove;
    throw new Refusal('conflict', 'These files are being changed by too many at once. Try again.');
  };
  const partly = await w.go('MOVE', 'd', across);
  assert.equal(partly.status, 207);
  assert.match(partly.text, /<D:href>\/dav\/d\/<\/D:href><D:status>HTTP\/1.1 409 Conflict</);
  assert.deepEqual(await w.tree(), before);
  assert.ok('/inbox/d/e/c' in (await w.tree(w.bob)));
  await w.app.close();
});

test('DAV-10: what cannot be taken back is said to be there in part', async () => {
  const w = await world();
  w.failAfter(1);
  const { delete: remove } = w.files;
  w.files.delete = async () => {
    w.files.delete = remove;
    throw new Refusal('unavailable', 'This cannot be done right now.');
  };
  const partly = await w.go('COPY', 'd', 'copy');
  assert.equal(partly.status, 207);
  assert.match(
    partly.text,
    /<D:href>\/dav\/\.copying-[^<]*\/<\/D:href><D:status>HTTP\/1.1 507 Insufficient Storage</,
  );
  assert.equal((await w.tree())['/copy'], undefined);
  for (const step of w.webdav.steps()) await step.run();
  assert.ok(!(await w.trash()).includes('.copying'), 'it may still be made');
  w.clock.advance(2 * 86_400_000);
  for (const step of w.webdav.steps()) await step.run();
  assert.ok((await w.trash()).includes('.copying'), 'what was left goes into the trash later');
  assert.deepEqual((await w.records.scan(davCopies, { limit: 10 })).rows, []);
  await w.app.close();
});

test('DAV-10: no part of a copy is where it is to be, also when the server stops in the middle', async () => {
  const w = await world();
  const before = await w.tree();
  const { write } = w.files;
  for (const to of ['copy', 'there']) {
    let written = 0;
    const stopped = new Promise<void>((resolve) => {
      w.files.write = async (...given) => {
        if (written++ < 2) return write(...given);
        resolve();
        return new Promise(() => {});
      };
    });
    void w.go('COPY', 'd', to);
    await stopped;
    w.files.write = write;
    const tree = await w.tree();
    const isBeside = (path: string) => path.startsWith('/.copying-');
    assert.ok(Object.keys(tree).some(isBeside));
    assert.deepEqual(Object.fromEntries(Object.entries(tree).filter(([path]) => !isBeside(path))), before);
    w.clock.advance(2 * 86_400_000);
    for (const step of w.webdav.steps()) await step.run();
    assert.deepEqual(await w.tree(), before);
  }
  await w.app.close();
});

test('DAV-10: what comes where a copy is to be meanwhile stays, and of whole copies nothing is noted', async () => {
  const w = await world();
  const { change } = w.files;
  w.files.change = async (...given) => {
    w.files.change = change;
    await w.asAnn('PUT', '/dav/copy', {}, 'theirs');
    return change(...given);
  };
  assert.equal((await w.go('COPY', 'd', 'copy')).status, 409);
  assert.equal((await w.asAnn('GET', '/dav/copy')).text, 'theirs');
  assert.equal((await w.go('COPY', 'd', 'copy')).status, 204);
  assert.equal((await w.asAnn('GET', '/dav/copy/e/c')).text, 'd/e/c');
  assert.deepEqual((await w.records.scan(davCopies, { limit: 10 })).rows, []);
  await w.app.close();
});
