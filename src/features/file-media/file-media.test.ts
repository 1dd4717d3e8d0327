import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import type { Principal } from '../../lib/principal.ts';
import { contentsWorld, inPieces, randomBytesFrom, readWhole } from '../contents/test-contents.ts';
import { type FilesFeature, versionIdOf } from '../files/index.ts';
import { filesOn } from '../files/test-files.ts';
import { createPresenter } from '../media/index.ts';
import { mediaWorld, mp4, png, withWorker } from '../media/test-media.ts';
import { fileMediaRoutes } from './http.ts';
import { createFileMedia } from './index.ts';

async function fileMediaWorld({ quotaBytes = 1e9 }: { quotaBytes?: number } = {}) {
  const world = mediaWorld({ quotaBytes, otherBytesOf: (ownerId) => files.usedBytesOf(ownerId) });
  const { records, clock, ids, media, addresses } = world;
  const { contents } = contentsWorld({ records, clock });
  const files: FilesFeature = filesOn({
    records,
    clock,
    ids,
    contents,
    quotaBytes,
    otherBytesOf: media.usedBytesOf,
  });
  const fileMedia = createFileMedia({ files, contents, media });
  const app = await testServer({ clock });
  fileMediaRoutes(app, {
    fileMedia,
    present: createPresenter({ media, addresses }),
    publicUrl: 'https://kith.example',
  });
  const put = async (who: Principal, name: string, bytes: Uint8Array) => {
    const content = await contents.store(who.userId, inPieces(bytes), { bytesMax: quotaBytes });
    const target = { parentId: who.userId, name };
    return (await files.write(who, target, { content })).node;
  };
  const read = async (who: Principal, id: string) => {
    const { content } = await files.readable(who, { id });
    return readWhole((await contents.open(content.id)).body);
  };
  const ask = async (
    who: Principal,
    url: '/v1/media' | '/v1/files',
    payload: object,
    headers: Record<string, string> = {},
  ) => {
    const answer = await app.inject({
      method: 'POST',
      url,
      payload,
      headers: { ...as(who.userId), ...headers },
    });
    return { status: answer.statusCode, json: answer.json() };
  };
  return { ...world, contents, files, fileMedia, put, read, ask, ann: world.person(), bob: world.person() };
}

test('FMED-1: a picture in Files becomes a medium, with the same bytes, and is prepared like any other', async () => {
  const w = await fileMediaWorld();
  const file = await w.put(w.ann, 'holiday', png);
  const { status, json } = await w.ask(w.ann, '/v1/media', { fileId: file.id, alt: 'a dot' });
  assert.deepEqual([status, json.state, json.kind, json.alt], [201, 'processing', 'image', 'a dot']);
  const medium = await w.media.get(w.ann, json.id);
  assert.deepEqual([medium.type, medium.filename], ['image/png', 'holiday']);
  assert.deepEqual(await readWhole((await w.blobs.get(medium.original)).body), png);
  await withWorker(w, async ({ worker }) => void (await worker.workOnce()));
  assert.equal((await w.media.get(w.ann, json.id)).state, 'ready');
  const video = await w.put(w.ann, 'film', mp4);
  assert.equal((await w.ask(w.ann, '/v1/media', { fileId: video.id })).json.kind, 'video');
});

test('FMED-1: an earlier version is taken where it is asked for', async () => {
  const w = await fileMediaWorld();
  const first = await w.put(w.ann, 'a', png);
  const { entry } = await w.files.get(w.ann, { id: first.id });
  await w.put(w.ann, 'a', randomBytesFrom(1, 100));
  assert.equal((await w.ask(w.ann, '/v1/media', { fileId: first.id })).status, 422);
  const versions = await w.files.versions(w.ann, first.id, { limit: 10 });
  assert.equal(versions.items.at(-1)!.version, entry!.version);
  const wish = { fileId: first.id, versionId: versionIdOf(entry!.version) };
  assert.equal((await w.ask(w.ann, '/v1/media', wish)).status, 201);
});

test('FMED-1: what is no photo or video is refused and leaves nothing', async () => {
  const w = await fileMediaWorld();
  for (const bytes of [Buffer.from('words.'), randomBytesFrom(1, 10_000), Buffer.alloc(0)]) {
    const file = await w.put(w.ann, `f${bytes.length}.png`, bytes);
    const { status, json } = await w.ask(w.ann, '/v1/media', { fileId: file.id });
    assert.equal(status, 422, JSON.stringify(json));
    assert.equal(json.errors[0].field, 'fileId');
  }
  const { node } = await w.files.createFolder(w.ann, { parentId: w.ann.userId, name: 'folder' });
  assert.equal((await w.ask(w.ann, '/v1/media', { fileId: node.id })).status, 422);
  assert.equal(await w.media.usedBytesOf(w.ann.userId), 0);
});

test('FMED-4: who may not read a file makes nothing of it, who may does', async () => {
  const w = await fileMediaWorld();
  const { node: folder } = await w.files.createFolder(w.ann, { parentId: w.ann.userId, name: 'shared' });
  const content = await w.contents.store(w.ann.userId, inPieces(png), { bytesMax: 1e6 });
  const { node: file } = await w.files.write(w.ann, { parentId: folder.id, name: 'a.png' }, { content });
  assert.equal((await w.ask(w.bob, '/v1/media', { fileId: file.id })).status, 404);
  await w.files.share(w.ann, folder.id, { userId: w.bob.userId, role: 'viewer' });
  const { status, json } = await w.ask(w.bob, '/v1/media', { fileId: file.id });
  assert.equal(status, 201);
  assert.equal((await w.media.get(w.bob, json.id)).ownerId, w.bob.userId);
  await assert.rejects(w.media.get(w.ann, json.id), { code: 'not-found' });
  const kept = { mediaId: json.id, parentId: folder.id };
  assert.equal((await w.ask(w.bob, '/v1/files', kept)).status, 403, 'a viewer writes nothing');
  assert.equal((await w.ask(w.ann, '/v1/files', kept)).status, 404, 'it is bob’s');
});

test('FMED-2: a medium is saved as a file with its original bytes, under a free name', async () => {
  const w = await fileMediaWorld();
  const medium = await w.arrived(w.ann);
  const saved = await w.ask(w.ann, '/v1/files', { mediaId: medium.id, parentId: w.ann.userId });
  assert.deepEqual([saved.status, saved.json.name], [201, 'a']);
  assert.deepEqual(await w.read(w.ann, saved.json.id), png);
  const again = await w.ask(w.ann, '/v1/files', { mediaId: medium.id, path: '/a' });
  assert.deepEqual([again.status, again.json.name], [201, 'a (2)']);
  const both = { mediaId: medium.id, path: '/b', parentId: w.ann.userId };
  assert.equal((await w.ask(w.ann, '/v1/files', both)).status, 422);
  assert.equal((await w.ask(w.ann, '/v1/files', { mediaId: medium.id })).status, 422);
  assert.equal((await w.ask(w.ann, '/v1/files', { mediaId: medium.id, path: '/x/y' })).status, 404);
});

test('FMED-2: a name that no file could have is made one', async () => {
  const w = await fileMediaWorld();
  const issue = (path: string) => path;
  const input = { filename: 'a: b?/..', contentType: 'image/png', sizeBytes: png.length, issue };
  const { medium } = await w.media.createUpload(w.ann, input);
  const wish = { mediaId: medium.id, parentId: w.ann.userId };
  assert.equal((await w.ask(w.ann, '/v1/files', wish)).status, 409, 'it has not arrived');
  await w.blobs.put(medium.original, png, { type: 'image/png' });
  assert.equal((await w.ask(w.ann, '/v1/files', wish)).json.name, 'a_ b__');
});

test('FMED-3: room is one for both, and the same key makes one of each', async () => {
  const w = await fileMediaWorld({ quotaBytes: png.length * 3 });
  const file = await w.put(w.ann, 'a.png', png);
  const key = { 'idempotency-key': 'k1' };
  const first = await w.ask(w.ann, '/v1/media', { fileId: file.id }, key);
  const second = await w.ask(w.ann, '/v1/media', { fileId: file.id }, key);
  assert.deepEqual([second.status, second.json.id], [201, first.json.id]);
  const wish = { mediaId: first.json.id, parentId: w.ann.userId };
  const saved = await w.ask(w.ann, '/v1/files', wish, { 'idempotency-key': 'k2' });
  assert.equal(saved.status, 201);
  assert.equal((await w.ask(w.ann, '/v1/media', { fileId: file.id })).status, 413, 'there is no room');
  assert.equal((await w.ask(w.ann, '/v1/files', wish)).status, 413);
});
