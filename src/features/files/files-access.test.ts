import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { App } from '../../http/route.ts';
import { testServer } from '../../http/test-server.ts';
import type { Need, Who } from './access.ts';
import { fileRoutes } from './http.ts';
import { dumpTree, filesWorld, plainTree, principalOf } from './test-files.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

interface Route {
  method: Method;
  url: (id: string, more: Known) => string;
  body?: (id: string, more: Known) => object;
  /** What one needs to be to it. */
  need: Need;
  /** Where it succeeds. */
  status: number;
  /** Also for files, not only for folders. */
  takesFiles?: boolean;
  /** Names things of one's own alone: anybody else's are absent. */
  isOwn?: boolean;
}

interface Known {
  versionId: string;
  snapshotId: string;
  trashedId: string;
  strangerId: string;
  shareId: string;
}

const routes: Record<string, Route> = {
  list: { method: 'GET', url: (id) => `/v1/files?parentId=${id}`, need: 'read', status: 200 },
  get: { method: 'GET', url: (id) => `/v1/files/${id}`, need: 'read', status: 200, takesFiles: true },
  folder: {
    method: 'POST',
    url: () => '/v1/folders',
    body: (parentId) => ({ parentId, name: 'new' }),
    need: 'add',
    status: 201,
  },
  rename: {
    method: 'PATCH',
    url: (id) => `/v1/files/${id}`,
    body: () => ({ name: 'renamed' }),
    need: 'write',
    status: 200,
    takesFiles: true,
  },
  delete: { method: 'DELETE', url: (id) => `/v1/files/${id}`, need: 'write', status: 204, takesFiles: true },
  versions: {
    method: 'GET',
    url: (id) => `/v1/files/${id}/versions`,
    need: 'read',
    status: 200,
    takesFiles: true,
  },
  restoreVersion: {
    method: 'POST',
    url: (id, { versionId }) => `/v1/files/${id}/versions/${versionId}/restore`,
    need: 'write',
    status: 200,
    takesFiles: true,
  },
  changes: { method: 'GET', url: (id) => `/v1/changes?rootId=${id}`, need: 'read', status: 200 },
  latest: { method: 'GET', url: (id) => `/v1/changes/latest?rootId=${id}`, need: 'read', status: 200 },
  share: {
    method: 'POST',
    url: (id) => `/v1/files/${id}/shares`,
    body: (_, { strangerId }) => ({ userId: strangerId, role: 'editor' }),
    need: 'own',
    status: 201,
    takesFiles: true,
  },
  link: {
    method: 'POST',
    url: (id) => `/v1/files/${id}/shares`,
    body: () => ({ link: true }),
    need: 'own',
    status: 201,
    takesFiles: true,
  },
  shares: {
    method: 'GET',
    url: (id) => `/v1/files/${id}/shares`,
    need: 'own',
    status: 200,
    takesFiles: true,
  },
  changeShare: {
    method: 'PATCH',
    url: (id, { shareId }) => `/v1/files/${id}/shares/${shareId}`,
    body: () => ({ downloadsMax: 1 }),
    need: 'own',
    status: 404,
    takesFiles: true,
  },
  endShare: {
    method: 'DELETE',
    url: (id, { shareId }) => `/v1/files/${id}/shares/${shareId}`,
    need: 'own',
    status: 404,
    takesFiles: true,
  },
  restoreTrash: {
    method: 'POST',
    url: (_, m) => `/v1/trash/${m.trashedId}/restore`,
    need: 'own',
    status: 200,
    isOwn: true,
  },
  purge: {
    method: 'DELETE',
    url: (_, m) => `/v1/trash/${m.trashedId}`,
    need: 'own',
    status: 204,
    isOwn: true,
  },
  snapshotFiles: {
    method: 'GET',
    url: (_, m) => `/v1/snapshots/${m.snapshotId}/files`,
    need: 'own',
    status: 200,
    isOwn: true,
  },
  snapshotRestore: {
    method: 'POST',
    url: (_, m) => `/v1/snapshots/${m.snapshotId}/restore`,
    body: () => ({}),
    need: 'own',
    status: 204,
    isOwn: true,
  },
  snapshotRemove: {
    method: 'DELETE',
    url: (_, m) => `/v1/snapshots/${m.snapshotId}`,
    need: 'own',
    status: 204,
    isOwn: true,
  },
};

/** A folder with a file in it, shared with an editor and a viewer, and what its owner shares with nobody. */
async function world() {
  const { files, person, content } = filesWorld();
  const [owner, editor, viewer, stranger] = [person(), person(), person(), person()];
  const { node: privateFolder } = await files.createFolder(owner, { path: '/hush' });
  const { node: privateFile } = await files.write(owner, { path: '/hush/hush.txt' }, { content: content() });
  const { node: shared } = await files.createFolder(owner, { path: '/shared' });
  const { node: inner } = await files.createFolder(owner, { path: '/shared/inner' });
  const { node: file } = await files.write(owner, { path: '/shared/inner/f' }, { content: content() });
  const { node: gone } = await files.createFolder(owner, { path: '/shared/hush-gone' });
  await files.share(owner, shared.id, { userId: editor.userId, role: 'editor' });
  await files.share(owner, shared.id, { userId: viewer.userId, role: 'viewer' });
  await files.delete(owner, gone.id);
  const snapshot = await files.makeSnapshot(owner, { name: 'hush' });
  const link = await files.makeLink(owner, privateFolder.id, {});
  const known: Known = {
    versionId: '00000000001',
    snapshotId: snapshot.id,
    trashedId: gone.id,
    strangerId: stranger.userId,
    shareId: link.id,
  };
  const app = await testServer();
  fileRoutes(app, { files, publicUrl: undefined, personOf: async (reference) => reference });
  const people = { owner, editor, viewer, stranger };
  return { app, files, people, shared, inner, file, privateFolder, privateFile, gone, known, link };
}

const ask = (app: App, { method, url, body }: Route, id: string, known: Known, who?: string) =>
  app.inject({
    method,
    url: url(id, known),
    headers: who === undefined ? {} : { authorization: `Bearer user:${who}` },
    ...(body && { payload: body(id, known) }),
  });

for (const [name, route] of Object.entries(routes)) {
  test(`FILE-11 ${name}: what is not for somebody answers as if it never was, on every id`, async () => {
    const w = await world();
    const { owner, editor, viewer, stranger } = w.people;
    const before = plainTree(await dumpTree(w.files, owner));
    const absent = await ask(
      w.app,
      route,
      '00000000000',
      { ...w.known, trashedId: '00000000000', snapshotId: '00000000000' },
      stranger.userId,
    );
    const told = (answer: { json(): Record<string, unknown> }) => {
      const { instance: _, ...rest } = answer.json();
      return rest;
    };
    const hidden = [w.privateFolder.id, w.privateFile.id, w.gone.id, owner.userId, 'nonsense', '..x'];
    const foreign = {
      editor: hidden,
      viewer: hidden,
      stranger: [...hidden, w.shared.id, w.inner.id, w.file.id],
    };
    for (const [who, ids] of Object.entries(foreign)) {
      for (const id of ids) {
        const answer = await ask(
          w.app,
          route,
          encodeURIComponent(id),
          w.known,
          w.people[who as 'editor'].userId,
        );
        assert.equal(answer.statusCode, 404, `${who} ${id} ${answer.body}`);
        assert.deepEqual(told(answer), told(absent), `${who} ${id}`);
      }
    }
    for (const id of [...hidden, w.shared.id, w.file.id]) {
      const answer = await ask(w.app, route, encodeURIComponent(id), w.known);
      assert.equal(answer.statusCode, 401, `anonymous ${id}`);
      assert.doesNotMatch(answer.body, /hush/);
    }
    assert.deepEqual(plainTree(await dumpTree(w.files, owner)), before, 'nothing changed');
    if (route.isOwn) {
      assert.equal((await ask(w.app, route, '', w.known, owner.userId)).statusCode, route.status);
      return;
    }
    const mayEdit = route.need === 'read' || route.need === 'add' || route.need === 'write';
    const ids = name === 'versions' || name === 'restoreVersion' ? [w.file.id] : [w.inner.id];
    const versionId = (await w.files.get(owner, { id: w.file.id }))
      .entry!.version.toString()
      .padStart(11, '0');
    for (const id of ids) {
      const known = { ...w.known, versionId };
      const viewed = await ask(w.app, route, id, known, viewer.userId);
      assert.equal(viewed.statusCode, route.need === 'read' ? route.status : 403, `viewer ${viewed.body}`);
      const edited = await ask(w.app, route, id, known, editor.userId);
      assert.equal(edited.statusCode, mayEdit ? route.status : 403, `editor ${edited.body}`);
      const fresh = await world();
      const owned = await ask(
        fresh.app,
        route,
        id === w.file.id ? fresh.file.id : fresh.inner.id,
        { ...fresh.known, versionId, strangerId: fresh.people.stranger.userId },
        fresh.people.owner.userId,
      );
      assert.equal(owned.statusCode, route.status, `owner ${owned.body}`);
    }
  });
}

test('FILE-11 a link reaches what it opens and nothing else, by any operation', async () => {
  const w = await world();
  const { owner } = w.people;
  const reader = (await w.files.openLink((await w.files.makeLink(owner, w.inner.id, {})).token)).pass;
  const outside = [w.privateFolder.id, w.privateFile.id, w.shared.id, owner.userId, w.gone.id, '..'];
  const operations: ((who: Who, id: string) => Promise<unknown>)[] = [
    (who, id) => w.files.get(who, { id }),
    (who, id) => w.files.list(who, { id }, { limit: 10 }),
    (who, id) => w.files.readable(who, { id }),
    (who, id) => w.files.createFolder(who, { parentId: id, name: 'x' }),
    (who, id) => w.files.change(who, id, { name: 'x' }),
    (who, id) => w.files.delete(who, id),
    (who, id) => w.files.versions(who, id, { limit: 10 }),
    (who, id) => w.files.checkWrite(who, { parentId: id, name: 'x' }),
    (who, id) => w.files.changes(who, { rootId: id, limit: 10 }),
  ];
  for (const operation of operations) {
    for (const id of outside) await assert.rejects(operation(reader, id), { code: 'not-found' });
  }
  assert.equal((await w.files.list(reader, { id: w.inner.id }, { limit: 10 })).items.length, 1);
  await assert.rejects(w.files.createFolder(reader, { parentId: w.inner.id, name: 'x' }), {
    code: 'forbidden',
  });
  const sender = (
    await w.files.openLink((await w.files.makeLink(owner, w.inner.id, { role: 'uploader' })).token)
  ).pass;
  await assert.rejects(w.files.list(sender, { id: w.inner.id }, { limit: 10 }), { code: 'not-found' });
  await assert.rejects(w.files.get(sender, { id: w.file.id }), { code: 'not-found' });
});

test('FILE-11 a share ends at once, follows what moves, and sleeps in the trash', async () => {
  const w = await world();
  const { owner, editor, viewer } = w.people;
  const sees = async (id: string) =>
    w.files.get(viewer, { id }).then(
      () => true,
      () => false,
    );
  assert.ok(await sees(w.file.id));
  await w.files.change(owner, w.file.id, { parentId: w.privateFolder.id });
  assert.equal(await sees(w.file.id), false);
  await w.files.change(owner, w.file.id, { parentId: w.inner.id });
  await w.files.change(owner, w.shared.id, { parentId: w.privateFolder.id });
  assert.ok(await sees(w.file.id));
  assert.equal(await sees(w.privateFolder.id), false);
  await assert.rejects(w.files.change(editor, w.shared.id, { parentId: w.inner.id }), { code: 'forbidden' });
  await assert.rejects(w.files.delete(editor, w.shared.id), { code: 'forbidden' });
  await w.files.delete(owner, w.shared.id);
  assert.equal(await sees(w.file.id), false);
  assert.deepEqual((await w.files.sharedWithMe(viewer, { limit: 10 })).items, []);
  await w.files.restoreFromTrash(owner, w.shared.id);
  assert.equal((await w.files.sharedWithMe(viewer, { limit: 10 })).items.length, 1);
  await w.files.endShareOrLink(owner, w.shared.id, viewer.userId);
  assert.equal(await sees(w.file.id), false);
  await w.files.endShareOrLink(editor, w.shared.id, editor.userId);
  await assert.rejects(w.files.get(editor, { id: w.shared.id }), { code: 'not-found' });
  assert.deepEqual(await w.files.shares(owner, w.shared.id), []);
});

test('FILE-14 with an account everything of its drive goes', async () => {
  const w = await world();
  const { owner, stranger } = w.people;
  await w.files.share(stranger, stranger.userId, { userId: owner.userId, role: 'viewer' });
  for (let i = 0; i < 100 && !(await w.files.eraseOf(owner.userId)); i++);
  assert.ok(await w.files.eraseOf(owner.userId));
  assert.deepEqual([...(await dumpTree(w.files, owner))], []);
  assert.deepEqual((await w.files.snapshots(principalOf(owner.userId), { limit: 10 })).items, []);
  assert.deepEqual(await w.files.shares(stranger, stranger.userId), []);
  await assert.rejects(w.files.openLink(w.link.token), { code: 'not-found' });
});
