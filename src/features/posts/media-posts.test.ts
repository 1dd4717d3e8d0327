import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Principal } from '../../lib/principal.ts';
import { signingKey } from '../../lib/signed-requests.ts';
import { memoryBlobs } from '../../ports/blobs/memory-blobs.ts';
import { write } from '../../ports/records/records.ts';
import { createAddresses, createMedia, type MediaFeature, type Shown } from '../media/index.ts';
import { media as mediaTable } from '../media/tables.ts';
import { createPosts } from './index.ts';
import { mediaPostsByAuthor } from './tables.ts';
import { noReactions, postWorld, until } from './test-world.ts';

const shown: Shown = {
  run: '00000000001-2',
  width: 40,
  height: 30,
  durationMs: null,
  isAnimated: false,
  hasAudio: false,
  thumbhash: 'hash',
  variants: [{ file: 'w40.webp', type: 'image/webp', width: 40, height: 30, sizeBytes: 5 }],
  poster: null,
  playlist: null,
};

/** Posts over real media, which tests move from state to state. */
function world() {
  const base = postWorld();
  const { records, clock, ids, log } = base;
  const key = signingKey('s', 'media');
  const media: MediaFeature = createMedia({
    records,
    clock,
    ids,
    blobs: memoryBlobs({ clock }),
    settings: { quotaBytes: 1e9, baseUrl: 'https://m.test' },
    addresses: createAddresses({ key, clock }),
    canSee: async () => false,
  });
  const posts = createPosts({ ...base.deps, media, reactionsOf: noReactions });
  const become = async (id: string, change: object) => {
    const row = (await records.get(mediaTable, [id]))!;
    const { ok } = await records.commit({
      decide: [write.replace(mediaTable, [id], { ...row.value, ...change }, row.version)],
      hints: [{ kind: 'media.changed', key: row.value.ownerId, data: { mediaId: id, what: 'state' } }],
    });
    assert.ok(ok);
  };
  const upload = async (who: Principal, change: object = { state: 'processing' }) => {
    const input = {
      filename: 'a',
      contentType: 'image/png',
      sizeBytes: 5,
      issue: (path: string) => `https://kith.test${path}`,
    };
    const { medium } = await media.createUpload(who, input);
    await become(medium.id, change);
    return medium;
  };
  const ready = { state: 'ready', shown };
  const listed = async (who: Principal) =>
    (await posts.list(who, who.userId, { limit: 10 })).items.map(({ id }) => id);
  return { ...base, media, posts, become, upload, ready, listed, log };
}
const refusedFor = (field: string) => (error: { fields?: { field: string }[] }) =>
  error.fields?.[0]?.field === field;

test('POST-13: a post of ready media stands at once, with addresses that work', async () => {
  const { posts, join, upload, ready } = world();
  const ann = join('ann');
  const [one, two] = [await upload(ann, ready), await upload(ann, ready)];
  const { post } = await posts.create(ann, { mediaIds: [one.id, one.id], mediaUrl: two.issuedUrl });
  assert.deepEqual([post.state, post.mediaIds], ['published', [one.id, two.id]]);
  const json = JSON.parse(await posts.presentOne(null, post));
  assert.equal(json.media.length, 2);
  assert.deepEqual(json.media[0].variants[0], {
    url: `https://m.test/media/${one.name}/${shown.run}/w40.webp`,
    width: 40,
    height: 30,
    format: 'webp',
    sizeBytes: 5,
  });
  const [card] = await posts.cardsById([post.id]);
  assert.deepEqual(JSON.parse((await posts.present(null, [card!]))[0]!).media, json.media);
});

test('POST-13: addresses are signed where not everybody may see the post, and texts are never taken for addresses', async () => {
  const { posts, join, alter, upload, ready } = world();
  const ann = join('ann');
  const medium = await upload(ann, ready);
  const text = `/media/${medium.name}/${shown.run}/\\u0001/w40.webp`;
  const { post } = await posts.create(ann, { mediaIds: [medium.id], text, visibility: 'followers' });
  const own = JSON.parse(await posts.presentOne(ann.userId, post));
  assert.equal(own.text, text);
  assert.match(own.media[0].variants[0].url, /\/\d+-[\w-]{43}\/w40\.webp$/);
  const open = (await posts.create(ann, { mediaIds: [medium.id] })).post;
  const urlOf = async () => JSON.parse(await posts.presentOne(null, open)).media[0].variants[0].url as string;
  assert.doesNotMatch(await urlOf(), /\/\d+-[\w-]{43}\//);
  alter(ann, { isPrivate: true });
  assert.match(await urlOf(), /\/\d+-[\w-]{43}\//);
});

test('POST-14: a post whose media are not ready waits, seen by its author alone, and then enters feeds whole', async () => {
  const { posts, join, upload, become, ready, listed, clock } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const following = await posts.followMedia();
  const [one, two] = [await upload(ann), await upload(ann, ready)];
  const { post } = await posts.create(ann, { text: 'soon', mediaIds: [one.id, two.id] });
  assert.deepEqual([post.state, post.feedKey, post.publishedAtMs], ['pending', null, null]);
  assert.deepEqual(await listed(ann), []);
  assert.deepEqual(await posts.authoredCounts([ann.userId]), [0]);
  await assert.rejects(posts.requireVisible(bob, post.id), { code: 'not-found' });
  assert.equal((await posts.requireVisible(ann, post.id)).state, 'pending');
  const pending = async (who: Principal) =>
    (await posts.pending(who, { limit: 10 })).items.map(({ id }) => id);
  assert.deepEqual([await pending(ann), await pending(bob)], [[post.id], []]);
  const forgotten = (await posts.create(ann, { mediaIds: [one.id] })).post;
  const first = await posts.pending(ann, { limit: 1 });
  assert.deepEqual(
    first.items.map(({ id }) => id),
    [forgotten.id],
  );
  const next = await posts.pending(ann, { limit: 1, cursor: first.nextCursor! });
  assert.deepEqual([next.items[0]?.id, next.nextCursor], [post.id, null]);
  await posts.delete(ann, forgotten.id);
  assert.deepEqual(await pending(ann), [post.id]);
  assert.deepEqual(await posts.cardsById([post.id]), [undefined]);
  await posts.change(ann, post.id, { visibility: 'only-me' });
  await posts.change(ann, post.id, { visibility: 'public' });
  const later = (await posts.create(ann, { text: 'meanwhile' })).post;
  clock.advance(60_000);
  await become(one.id, ready);
  await until(async () => (await posts.get(post.id))?.state === 'published');
  const published = (await posts.get(post.id))!;
  assert.deepEqual(await pending(ann), []);
  assert.ok(published.feedKey! > later.feedKey!, 'above what came while it waited');
  assert.equal(published.publishedAtMs, clock.nowMs());
  assert.deepEqual(await listed(ann), [post.id, later.id]);
  assert.equal((await posts.cardsById([post.id]))[0]?.feedKey, published.feedKey);
  assert.deepEqual(await posts.authoredCounts([ann.userId]), [2]);
  await following.close();
});

test('POST-15: a post with a medium that fails has failed, until that is mended', async () => {
  const { posts, join, upload, become, ready } = world();
  const ann = join('ann');
  const following = await posts.followMedia();
  const medium = await upload(ann);
  const { post } = await posts.create(ann, { mediaIds: [medium.id] });
  await become(medium.id, { state: 'failed', failure: 'damaged' });
  await until(async () => (await posts.get(post.id))?.state === 'failed');
  const json = JSON.parse(await posts.presentOne(ann.userId, (await posts.get(post.id))!));
  assert.match(json.media[0].error, /damaged/);
  await become(medium.id, ready);
  await until(async () => (await posts.get(post.id))?.state === 'published');
  await following.close();
});

test('POST-16: only one’s own media that can be shown some time are taken', async () => {
  const { posts, join, upload, media, ready } = world();
  const [ann, bob] = [join('ann'), join('bob')];
  const others = await upload(bob, ready);
  const awaited = await upload(ann, { state: 'awaiting-upload' });
  const failed = await upload(ann, { state: 'failed', failure: 'damaged' });
  const deleted = await upload(ann, ready);
  await media.delete(ann, deleted.id);
  for (const id of [others.id, awaited.id, failed.id, deleted.id, 'nonsense', '00000000000'])
    await assert.rejects(posts.create(ann, { mediaIds: [id] }), refusedFor('mediaIds'), id);
  const urls = [
    others.issuedUrl,
    'https://example.org/a.jpg',
    `https://evil.test/media/${deleted.name}/auto`,
    '',
  ];
  for (const mediaUrl of urls)
    await assert.rejects(posts.create(ann, { mediaUrl }), refusedFor('mediaUrl'), mediaUrl);
  const many = await Promise.all(Array.from({ length: 11 }, () => upload(ann, ready)));
  await assert.rejects(posts.create(ann, { mediaIds: many.map(({ id }) => id) }), refusedFor('mediaIds'));
  assert.deepEqual((await media.find(many[0]!.id))?.uses, []);
});

test('POST-16: media stay while a post has them, and are let go when it is purged', async () => {
  const { posts, join, upload, media, ready } = world();
  const ann = join('ann');
  const medium = await upload(ann, ready);
  const claim = { userId: ann.userId, key: 'k', bodyHash: 'h' };
  const made = await Promise.all([1, 2].map(() => posts.create(ann, { mediaIds: [medium.id] }, claim)));
  assert.equal(made[0]!.post.id, made[1]!.post.id);
  const usesOf = async () => (await media.find(medium.id))!.uses.map(({ id }) => id);
  assert.deepEqual(await usesOf(), [made[0]!.post.id]);
  await assert.rejects(media.delete(ann, medium.id), { code: 'conflict' });
  await posts.delete(ann, made[0]!.post.id);
  while (!(await posts.purge(made[0]!.post.id)));
  assert.deepEqual(await usesOf(), []);
  await media.delete(ann, medium.id);
});

test('POST-17: posts with photos or videos are listed apart, at the cost of a page', async () => {
  const { records, deps, join, upload, become, ready, media } = world();
  const asked: number[] = [];
  const counted = {
    ...records,
    async list(...given: Parameters<typeof records.list>) {
      const rows = await records.list(...given);
      asked.push(rows.length);
      return rows;
    },
  } as typeof records;
  const posts = createPosts({ ...deps, records: counted, media, reactionsOf: noReactions });
  const ann = join('ann');
  const following = await posts.followMedia();
  const make = async (change: object) => {
    const medium = await upload(ann, change);
    return { medium, id: (await posts.create(ann, { mediaIds: [medium.id] })).post.id };
  };
  const [first, second] = [await make(ready), await make(ready)];
  for (let i = 0; i < 600; i++) await posts.create(ann, { text: `words ${i}` });
  const late = await make({ state: 'processing' });
  const page = async (limit: number, cursor?: string) => {
    const { items, nextCursor } = await posts.list(null, ann.userId, { limit, cursor, hasMedia: true });
    return { ids: items.map(({ id }) => id), nextCursor };
  };
  assert.deepEqual((await page(10)).ids, [second.id, first.id]);
  await become(late.medium.id, ready);
  await until(async () => (await posts.get(late.id))?.state === 'published');
  asked.length = 0;
  const newest = await page(2);
  assert.deepEqual(newest.ids, [late.id, second.id]);
  assert.deepEqual(asked, [3], 'rows read: the page, and one to see whether there is more');
  assert.deepEqual(await page(2, newest.nextCursor!), { ids: [first.id], nextCursor: null });
  await posts.delete(ann, second.id);
  assert.deepEqual((await page(10)).ids, [late.id, first.id]);
  for (let ids = await posts.eraseOf(ann.userId); ids.length > 0; ids = await posts.eraseOf(ann.userId))
    for (const id of ids) while (!(await posts.purge(id)));
  assert.deepEqual(await records.list(mediaPostsByAuthor, [ann.userId], { limit: 10 }), []);
  await following.close();
});
