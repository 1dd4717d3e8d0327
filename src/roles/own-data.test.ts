import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { createOwnData, type OwnDataDeps } from '../features/own-data/index.ts';
import { Refusal } from '../lib/refusal.ts';
import { featuresInMemory as world } from './test-features.ts';

/** The entries of a zip file by its own directory, each held to its checksum. */
function unzip(file: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  const end = file.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = file.readUInt32LE(end + 16);
  for (let count = file.readUInt16LE(end + 10); count > 0; count--) {
    const [method, sum, packed] = [
      file.readUInt16LE(at + 10),
      file.readUInt32LE(at + 16),
      file.readUInt32LE(at + 20),
    ];
    const [nameLength, extraLength] = [file.readUInt16LE(at + 28), file.readUInt16LE(at + 30)];
    const offset = file.readUInt32LE(at + 42);
    const name = file.toString('utf8', at + 46, at + 46 + nameLength);
    const start = offset + 30 + file.readUInt16LE(offset + 26) + file.readUInt16LE(offset + 28);
    const bytes = file.subarray(start, start + packed);
    const plain = method === 8 ? inflateRawSync(bytes) : bytes;
    assert.equal(crc32(plain), sum, name);
    assert.ok(!found.has(name), name);
    found.set(name, plain);
    at += 46 + nameLength + extraLength + file.readUInt16LE(at + 32);
  }
  return found;
}

const png = Buffer.concat([
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
  Buffer.alloc(300_000, 7),
]);

test('OWN-1, OWN-4: everything of one’s own is in it, nothing secret, and nothing of others', async () => {
  const w = world();
  const { posts, comments, reactions, graph, accounts } = w.features;
  const [ann, bob] = [await w.person('ann'), await w.person('bob')];
  const mediaId = await w.photo(ann, 'my/../photo?.png', png);
  await w.photo(bob, 'bob.png', png);
  const { post } = await posts.create(ann, { text: 'first', visibility: 'only-me' });
  await posts.change(ann, post.id, { text: 'second' });
  await posts.create(ann, { text: 'with a photo', mediaIds: [mediaId] });
  const { post: gone } = await posts.create(ann, { text: 'gone' });
  await posts.delete(ann, gone.id);
  const { post: bobs } = await posts.create(bob, { text: 'of bob' });
  for (let i = 0; i < 230; i++) await comments.create(ann, { postId: bobs.id, comment: `comment ${i}` });
  await comments.create(bob, { postId: bobs.id, comment: 'of bob' });
  await reactions.react(ann, { postId: bobs.id, reaction: 'love' });
  await graph.follow(ann, { followeeId: bob.userId });
  const { secret } = await accounts.createAppPassword(ann, { name: 'a script' });
  const { name, bytes } = await createOwnData(w.deps).export(ann);
  assert.equal(name, 'kith-ann-2026-06-01.zip');
  const files = unzip(await buffer(bytes));
  const json = (file: string) => JSON.parse(files.get(`${file}.json`)!.toString());
  assert.deepEqual(files.get(`media/${mediaId}-my_.._photo_.png`), png);
  assert.equal([...files.keys()].filter((each) => each.startsWith('media/')).length, 1);
  assert.equal(json('profile').email, 'ann@example.org');
  assert.deepEqual(
    json('posts').map(({ text, state, media, revisions }: Record<string, unknown[]>) => [
      text,
      state,
      media,
      revisions!.length,
    ]),
    [
      ['with a photo', 'pending', [`media/${mediaId}-my_.._photo_.png`], 0],
      ['second', 'published', [], 1],
    ],
  );
  assert.equal(json('comments').length, 230);
  assert.equal(json('comments')[0].comment, 'comment 229');
  assert.deepEqual(json('reactions'), [{ postId: bobs.id, reaction: 'love' }]);
  assert.deepEqual(
    json('following').map(({ username }: { username: string }) => username),
    ['bob'],
  );
  assert.deepEqual([json('followers'), json('notifications'), json('blocked')], [[], [], []]);
  assert.equal(json('app-passwords')[0].name, 'a script');
  assert.equal(json('account-history')[0].kind, 'registered');
  const all = Buffer.concat([...files.values()]).toString('latin1');
  for (const hidden of [secret, 'secretHash', 'argon2', 'of bob']) assert.ok(!all.includes(hidden), hidden);
});

test('OWN-2, OWN-3: no more is read than is taken; breaking off frees its place; a failure breaks the file off', async () => {
  const w = world();
  const ann = await w.person('ann');
  for (let i = 0; i < 6; i++) await w.photo(ann, `${i}.png`, png);
  let opened = 0;
  const blobs: OwnDataDeps['blobs'] = {
    get: (name, options) => {
      opened++;
      return w.blobs.get(name, options);
    },
  };
  const ownData = createOwnData({ ...w.deps, blobs });
  const begun = await Promise.all(Array.from({ length: 4 }, () => ownData.export(ann)));
  await assert.rejects(
    ownData.export(ann),
    (error) => error instanceof Refusal && error.code === 'unavailable',
  );
  for (let i = 0; i < 50; i++) await nextTurn();
  assert.ok(opened <= 8, `${opened} files were opened for downloads that nobody reads`);
  for (const { bytes } of begun) bytes.destroy();
  for (let i = 0; i < 5; i++) await nextTurn();
  const { bytes } = await ownData.export(ann);
  assert.ok((await buffer(bytes)).length > 6 * png.length);
  const broken = createOwnData({
    ...w.deps,
    blobs: { get: () => Promise.reject(new Error('the disk is gone')) },
  });
  await assert.rejects(buffer((await broken.export(ann)).bytes), /the disk is gone/);
});
