import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import type { Principal } from '../../lib/principal.ts';
import { MediaToolsError } from '../../ports/media-tools/media-tools.ts';
import { write } from '../../ports/records/records.ts';
import { contentsWorld, inPieces, randomBytesFrom } from '../contents/test-contents.ts';
import { versionIdOf } from '../files/index.ts';
import { filesOn } from '../files/test-files.ts';
import { fakeTools, mediaWorld, mp4, png } from '../media/test-media.ts';
import { previewRoutes } from './http.ts';
import { createPreviews } from './index.ts';
import { filePreviews } from './tables.ts';

async function previewsWorld() {
  const world = mediaWorld();
  const { records, clock, ids, blobs, log, media } = world;
  const { contents } = contentsWorld({ records, clock });
  const files = filesOn({ records, clock, ids, contents });
  const previews = createPreviews({ records, clock, ids, blobs, files, contents });
  const app = await testServer({ clock });
  previewRoutes(app, { previews, blobs });
  const put = async (who: Principal, name: string, bytes: Uint8Array) => {
    const content = await contents.store(who.userId, inPieces(bytes), { bytesMax: 1e9 });
    const target = { parentId: who.userId, name };
    return (await files.write(who, target, { content })).node;
  };
  const ask = async (who: Principal, id: string, query = '') => {
    const url = `/v1/files/${id}/preview${query}`;
    const { statusCode, headers, body } = await app.inject({ url, headers: as(who.userId) });
    return { status: statusCode, headers, body };
  };
  const workFolder = mkdtempSync(join(tmpdir(), 'kith-previews-'));
  const { tools, state } = fakeTools();
  const others = [previews.task({ tools, workFolder })];
  const worker = media.worker({ tools, workFolder, log, others, report: () => {} });
  const workAll = async () => {
    while (await worker.workOnce());
  };
  const stored = async () => (await blobs.list('previews/', { limit: 1000 })).map(({ name }) => name);
  const end = () => rmSync(workFolder, { recursive: true, force: true });
  return {
    ...world,
    app,
    contents,
    files,
    previews,
    put,
    ask,
    workAll,
    state,
    stored,
    end,
    ann: world.person(),
    bob: world.person(),
  };
}

test('PREV-1: a preview is made when somebody asks, in two sizes, and only once', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const file = await w.put(w.ann, 'a.png', png);
  const first = await w.ask(w.ann, file.id);
  assert.deepEqual([first.status, first.headers['retry-after']], [202, '1']);
  assert.equal((await w.ask(w.ann, file.id)).status, 202);
  await w.workAll();
  const small = await w.ask(w.ann, file.id);
  assert.deepEqual([small.status, small.body], [200, 'w20.webp']);
  assert.equal((await w.ask(w.ann, file.id, '?size=large')).body, 'w40.webp');
  assert.equal(w.state.begun, 1);
  const video = await w.put(w.ann, 'film', mp4);
  await w.ask(w.ann, video.id);
  await w.workAll();
  assert.equal((await w.ask(w.ann, video.id)).status, 200);
});

test('PREV-1, PREV-6: of a version it may be kept; it can do nothing and is not sniffed', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const file = await w.put(w.ann, 'a.png', png);
  const { items } = await w.files.versions(w.ann, file.id, { limit: 1 });
  const query = `?versionId=${versionIdOf(items[0]!.version)}`;
  await w.put(w.ann, 'a.png', Buffer.from('now words'));
  await w.ask(w.ann, file.id, query);
  await w.workAll();
  const { status, headers } = await w.ask(w.ann, file.id, query);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'image/webp');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /default-src 'none'; sandbox/);
  assert.match(String(headers['cache-control']), /^private, max-age=7200, immutable/);
  assert.match(String(headers['vary']), /Cookie/, 'whoever logs in next in this browser asks anew');
  assert.equal((await w.ask(w.ann, file.id)).status, 404, 'the current version is text');
});

test('PREV-2: who may not read a file has no preview of it', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const file = await w.put(w.ann, 'a.png', png);
  assert.equal((await w.ask(w.bob, file.id)).status, 404);
  await w.files.share(w.ann, file.id, { userId: w.bob.userId, role: 'viewer' });
  assert.equal((await w.ask(w.bob, file.id)).status, 202);
  await w.workAll();
  assert.equal((await w.ask(w.bob, file.id)).status, 200);
  await w.files.endShareOrLink(w.ann, file.id, w.bob.userId);
  assert.equal((await w.ask(w.bob, file.id)).status, 404);
});

test('PREV-2: the tag fits until the file changes, and does not tell whose copy a file is', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const file = await w.put(w.ann, 'a.png', png);
  const content = file.entry!.content!;
  const target = { parentId: w.bob.userId, name: 'copy.png' };
  const { node: copy } = await w.files.write(w.bob, target, { content: await w.contents.hold(content.id) });
  await w.ask(w.ann, file.id);
  await w.workAll();
  const tagOf = async (who: Principal, id: string, query = '') =>
    String((await w.ask(who, id, query)).headers['etag']);
  const tag = await tagOf(w.ann, file.id);
  assert.notEqual(tag, await tagOf(w.ann, file.id, '?size=large'));
  const ofCopy = await tagOf(w.bob, copy.id);
  for (const each of [tag, ofCopy]) assert.ok(!each.includes(content.id), each);
  const headers = { ...as(w.ann.userId), 'if-none-match': tag };
  const again = () => w.app.inject({ url: `/v1/files/${file.id}/preview`, headers });
  assert.equal((await again()).statusCode, 304);
  await w.put(w.ann, 'a.png', Buffer.concat([png, Buffer.from('x')]));
  assert.equal((await again()).statusCode, 202);
  await w.workAll();
  assert.equal((await again()).statusCode, 200);
});

test('PREV-3: what cannot be shown has none, and is not tried again', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const { node: folder } = await w.files.createFolder(w.ann, { parentId: w.ann.userId, name: 'folder' });
  assert.equal((await w.ask(w.ann, folder.id)).status, 422);
  for (const bytes of [Buffer.alloc(0), Buffer.from('words'), randomBytesFrom(2, 9000)]) {
    const file = await w.put(w.ann, `${bytes.length}.png`, bytes);
    assert.equal((await w.ask(w.ann, file.id)).status, 404);
    const contentId = file.entry!.content!.id;
    assert.deepEqual(await w.previews.states([contentId]), ['none'], 'nor is it looked into again');
    await w.records.commit({
      decide: [],
      then: [],
      hints: [{ kind: 'content.removed', key: contentId, data: { contentId } }],
    });
    const following = await w.previews.consume(w.log);
    await following.caughtUp();
    await following.close();
    assert.deepEqual(await w.previews.states([contentId]), ['unmade'], 'forgotten with its content');
  }
  w.state.failure = new MediaToolsError('damaged');
  const broken = await w.put(w.ann, 'broken.png', Buffer.concat([png, Buffer.from('x')]));
  assert.equal((await w.ask(w.ann, broken.id)).status, 202);
  await w.workAll();
  assert.equal((await w.ask(w.ann, broken.id)).status, 404);
  assert.deepEqual(await w.stored(), []);
});

test('PREV-5: when its content is collected a preview goes', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const following = await w.previews.consume(w.log);
  const file = await w.put(w.ann, 'a.png', png);
  await w.ask(w.ann, file.id);
  await w.workAll();
  assert.equal((await w.stored()).length, 2);
  const contentId = file.entry!.content!.id;
  const hints = [{ kind: 'content.removed', key: contentId, data: { contentId } }];
  await w.records.commit({
    decide: [write.insert(filePreviews, ['zzzzzzzzzzz'], { state: 'none', blobs: null })],
    hints,
  });
  await following.caughtUp();
  assert.deepEqual(await w.stored(), []);
  assert.equal(await w.records.get(filePreviews, [contentId]), undefined);
  await following.close();
});

test('PREV-5: what was being made while its content went leaves nothing behind', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const following = await w.previews.consume(w.log);
  const { put } = w.blobs;
  const contents = w.contents as { describe: unknown };
  const removing = async (contentId: string) => {
    contents.describe = async () => [undefined];
    await w.records.commit({
      decide: [write.insert(filePreviews, ['zzzzzzzzzzz'], { state: 'none', blobs: null })],
      hints: [{ kind: 'content.removed', key: contentId, data: { contentId } }],
    });
    await following.caughtUp();
  };
  const file = await w.put(w.ann, 'a.png', png);
  const contentId = file.entry!.content!.id;
  await w.ask(w.ann, file.id);
  w.blobs.put = async (...given) => {
    w.blobs.put = put;
    await removing(contentId);
    return put(...given);
  };
  await w.workAll();
  assert.deepEqual(await w.stored(), []);
  await following.close();
});

test('PREV-5: what was never made, because its content went, is forgotten', async (t) => {
  const w = await previewsWorld();
  t.after(w.end);
  const file = await w.put(w.ann, 'a.png', png);
  await w.ask(w.ann, file.id);
  (w.contents as { describe: unknown }).describe = async () => [undefined];
  await w.workAll();
  assert.equal(await w.records.get(filePreviews, [file.entry!.content!.id]), undefined);
});
