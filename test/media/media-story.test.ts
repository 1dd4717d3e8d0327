/** People post photos and videos, from their phones to other people's screens: on the real program, with its real tools. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertCleanImage, assertPlayable } from '../../src/adapters/media-tools/testing/output-checks.ts';
import { orientedJpeg } from '../../src/adapters/media-tools/testing/sample-images.ts';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { Client, type Person, until } from '../e2e/client.ts';
import { EventStream } from '../e2e/event-stream.ts';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { dot } from '../e2e/media-cases.ts';
import {
  assertHarmless,
  fetchImage,
  fetchVideo,
  mediaEnvironment,
  ready,
  settledMedium,
  upload,
} from './media-client.ts';

const isObjectStore = 'KITH_S3' in mediaEnvironment();
const quotaBytes = 3_000_000;
const scratch = mkdtempSync(join(tmpdir(), 'kith-media-story-'));
let folder: string;
let kith: KithProcess;
let anna: Person;
let berta: Person;
/** Follows nobody. */
let clara: Person;

before(async () => {
  folder = await freshFolder();
  kith = await KithProcess.start(folder, {
    ...mediaEnvironment(),
    KITH_MEDIA_QUOTA_BYTES: String(quotaBytes),
  });
  const client = await Client.of(kith.url);
  [anna, berta, clara] = (await Promise.all(
    ['anna', 'berta', 'clara'].map((name) => client.register(name)),
  )) as [Person, Person, Person];
  await berta.post('/v1/follow', { followeeId: anna.id });
});
after(async () => {
  await kith.stop();
  await removeFolder(folder);
  rmSync(scratch, { recursive: true, force: true });
});

type Json = Awaited<ReturnType<Person['get']>>;
const feedOf = async (person: Person): Promise<Json[]> =>
  (await person.get(`/v1/feeds/${person.id}`)).items.map(({ post }: Json) => post);
const inFeed = (person: Person, id: string) =>
  until(
    `${person.username} sees ${id}`,
    async () => (await feedOf(person)).find((post) => post.id === id),
    (post) => post !== undefined,
  );
const fresh = () => mkdtempSync(join(scratch, 'shown-'));
const photo = () => orientedJpeg(6, 800, 600);

test('a post with a photo and a video waits, and enters feeds whole when both can be shown', async () => {
  const [hers, his] = [await EventStream.open(anna), await EventStream.open(berta)];
  const file = join(scratch, 'clip.mp4');
  makeSampleVideo({ file, seconds: 1, width: 320, height: 240, rotation: 90 });
  const [picture, video] = await Promise.all([
    upload(anna, { from: await photo(), contentType: 'image/jpeg', alt: 'four fields' }),
    upload(anna, { from: file, contentType: 'video/mp4' }),
  ]);
  assert.deepEqual([picture.status, video.status], [200, 200]);
  const post = await anna.post('/v1/posts', {
    text: 'at last',
    mediaIds: [picture.mediaId],
    mediaUrl: video.mediaUrl,
  });
  const between = await anna.post('/v1/posts', { text: 'meanwhile' });
  if (post.state === 'pending') {
    assert.equal(post.publishedAt, null);
    assert.equal((await berta.send('GET', `/v1/posts/${post.id}`)).status, 404);
    assert.deepEqual(
      (await anna.get('/v1/users/me/pending-posts')).items.map(({ id }: Json) => id),
      [post.id],
    );
  }
  // The work has the lowest priority there is: on a busy machine it takes its time.
  await settledMedium(anna, video.mediaId);
  await his.next('post', ({ postId }) => postId === post.id);
  await hers.next('media', ({ mediaId, state }) => mediaId === video.mediaId && state === 'ready');
  assert.ok(hers.events.some(({ event, data }) => event === 'media' && data.state === 'processing'));
  assert.ok(!his.events.some(({ event }) => event === 'media'), 'whose it is not hears nothing');
  const feed = await feedOf(berta);
  assert.deepEqual(
    feed.map(({ id }) => id),
    [post.id, between.id],
    'above what was posted while it waited',
  );
  const shown = await until(
    'all rungs are there',
    async () => (await feedOf(berta))[0],
    ({ media }) => media[1].state === 'ready',
  );
  const [image, clip] = shown.media;
  assert.deepEqual([image.kind, image.alt, image.width, image.height], ['image', 'four fields', 800, 600]);
  const into = fresh();
  await assertCleanImage(await fetchImage(image, into), into);
  const made = fresh();
  const played = await fetchVideo(clip, made);
  assert.deepEqual([played.width, played.height], [240, 320], 'upright');
  assertPlayable(played, made, { seconds: 1 });
  hers.close();
  his.close();
});

test('what is public is fetched by anybody, in ranges, and the size that fits is found', async () => {
  const medium = await ready(anna, { from: await photo(), contentType: 'image/jpeg' });
  const signed = medium.variants[0].url;
  const [, name, run, file] = /\/media\/(\w+)\/([\w-]+)\/[^/]+\/([^/]+)$/.exec(signed)!;
  const plain = `${kith.url}/media/${name}/${run}/${file}`;
  assert.equal((await fetch(plain)).status, 404, 'it belongs to nothing yet');
  assert.equal((await fetch(signed)).status, 200, 'its owner has an address that works');
  const { id } = await anna.post('/v1/posts', { mediaIds: [medium.id] });
  const whole = await fetch(plain);
  assert.equal(whole.status, 200);
  assertHarmless(whole.headers);
  assert.match(whole.headers.get('cache-control')!, /^public/);
  const part = await fetch(plain, { headers: { range: 'bytes=4-7' } });
  assert.equal(part.status, 206);
  const bytes = Buffer.from(await whole.arrayBuffer());
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(4, 8));
  const known = await fetch(plain, { headers: { 'if-none-match': whole.headers.get('etag')! } });
  assert.equal(known.status, 304);
  const widths = [320, 640, 800];
  assert.deepEqual([...new Set(medium.variants.map(({ width }: Json) => width))], widths);
  const auto = async (headers: Record<string, string>) => {
    const found = await fetch(`${kith.url}/media/${name}/auto`, { headers });
    assert.equal(found.status, 200);
    return found.url.split('/').at(-1)!;
  };
  assert.match(await auto({ 'sec-ch-width': '300' }), /^320x.*\.webp$/);
  assert.match(await auto({ 'sec-ch-width': '400', accept: 'image/avif,image/webp' }), /^640x.*\.avif$/);
  assert.match(await auto({ 'save-data': 'on' }), /^640x/);
  assert.match(await auto({ ect: '2g' }), /^320x/);
  await anna.patch(`/v1/posts/${id}`, { visibility: 'followers' });
  assert.equal((await fetch(plain)).status, 404);
  const seen = await inFeed(berta, id);
  const url = seen.media[0].variants[0].url as string;
  assert.notEqual(url, plain);
  assert.equal((await fetch(url)).status, 200);
  assert.match((await fetch(url)).headers.get('cache-control')!, /^private/);
  assert.equal((await fetch(url.replace(/.\/(?=[^/]+$)/, '_/'))).status, 404, 'a signature that is none');
  const mayAs = async (person: Person) =>
    (await fetch(plain, { headers: { authorization: `Bearer ${person.token}` } })).status;
  assert.deepEqual([await mayAs(anna), await mayAs(berta), await mayAs(clara)], [200, 200, 404]);
});

test('what it shows is said later, and everybody reads it', async () => {
  const { id } = await ready(anna, { from: dot, contentType: 'image/png' });
  const post = await anna.post('/v1/posts', { mediaIds: [id] });
  await inFeed(berta, post.id);
  await anna.patch(`/v1/media/${id}`, { alt: 'a single dot' });
  await until(
    'berta reads what it shows',
    () => inFeed(berta, post.id),
    ({ media }) => media[0].alt === 'a single dot',
  );
});

test('a damaged photo fails its post, and its author alone is told why', async () => {
  const stream = await EventStream.open(anna);
  const whole = await photo();
  const broken = Buffer.concat([whole.subarray(0, 600), Buffer.alloc(5_000)]);
  const { mediaId, status } = await upload(anna, { from: broken, contentType: 'image/jpeg' });
  assert.equal(status, 200);
  const answer = await anna.send('POST', '/v1/posts', { text: 'look', mediaIds: [mediaId] });
  const told = await stream.next('media', (data) => data.mediaId === mediaId && data.state === 'failed');
  assert.match(told.data.error, /damaged|not an image/);
  stream.close();
  if (answer.status === 201) {
    const post = await until(
      'the post has failed',
      () => anna.get(`/v1/posts/${answer.json.id}`),
      ({ state }) => state === 'failed',
    );
    assert.equal(post.media[0].error, told.data.error);
    assert.equal((await berta.send('GET', `/v1/posts/${post.id}`)).status, 404);
    await anna.delete(`/v1/posts/${post.id}`);
  }
  const again = await anna.send('POST', '/v1/posts', { mediaIds: [mediaId] });
  assert.deepEqual([again.status, again.json.errors[0].message], [422, told.data.error]);
});

test('ten photos make a post, eleven do not; nobody posts another’s', async () => {
  const media = await Promise.all(
    Array.from({ length: 11 }, () => upload(anna, { from: dot, contentType: 'image/png' })),
  );
  const mediaIds = media.map(({ mediaId }) => mediaId);
  assert.equal((await anna.send('POST', '/v1/posts', { mediaIds })).status, 422);
  assert.equal((await berta.send('POST', '/v1/posts', { mediaIds: mediaIds.slice(0, 1) })).status, 422);
  assert.equal((await berta.send('POST', '/v1/posts', { mediaUrl: media[0]!.mediaUrl })).status, 422);
  const { id } = await anna.post('/v1/posts', { mediaIds: mediaIds.slice(0, 10) });
  const post = await inFeed(berta, id);
  assert.deepEqual(
    post.media.map((medium: Json) => medium.id),
    mediaIds.slice(0, 10),
  );
});

test('a photo becomes the profile image, the next one takes its place, and anybody may fetch what is one', async () => {
  const images: string[] = [];
  const statusOf = async (url: string) => (await fetch(new URL(url, kith.url))).status;
  for (let time = 0; time < 2; time++) {
    const { id } = await ready(anna, { from: await photo(), contentType: 'image/jpeg' });
    const { avatarUrl } = await anna.patch('/v1/users/me', { avatarMediaId: id });
    const seen = await until(
      'berta sees the new image',
      () => berta.get(`/v1/users/${anna.id}`),
      (user) => user.avatarUrl === avatarUrl,
    );
    images.push(seen.avatarUrl);
    const found = await fetch(new URL(seen.avatarUrl, kith.url));
    assert.deepEqual([found.status, found.headers.get('content-type')], [200, 'image/webp']);
    assert.equal((await anna.send('DELETE', `/v1/media/${id}`)).status, 409);
  }
  assert.deepEqual(await Promise.all(images.map(statusOf)), [404, 200], 'what was one is its owner’s again');
  assert.equal((await anna.patch('/v1/users/me', { avatarMediaId: null })).avatarUrl, null);
  assert.equal(await statusOf(images[1]!), 404);
});

test('what one person may store is bounded, and deleting gives room', async () => {
  const half = { filename: 'a.mp4', contentType: 'video/mp4', sizeBytes: quotaBytes / 2 };
  const first = await clara.post('/v1/uploads', half);
  await clara.post('/v1/uploads', half);
  const refused = await clara.send('POST', '/v1/uploads', { ...half, sizeBytes: 1 });
  assert.equal(refused.status, 413);
  assert.match(refused.json.detail, /room/);
  await clara.delete(`/v1/media/${first.mediaId}`);
  await clara.post('/v1/uploads', { ...half, sizeBytes: 1 });
});

test('nothing but photos and videos is taken, whatever it is called', async () => {
  for (const [from, contentType] of [
    ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'image/jpeg'],
    ['<!doctype html><script>alert(1)</script>', 'image/png'],
    ['#EXTM3U\nfile:///etc/passwd', 'video/mp4'],
  ] as const) {
    const { mediaId, status } = await upload(clara, { from: Buffer.from(from), contentType });
    // Where an object store takes the bytes, they are looked at only afterwards.
    assert.equal(status, isObjectStore ? 200 : 422);
    if (isObjectStore) {
      const { state, error } = await settledMedium(clara, mediaId);
      assert.equal(state, 'failed');
      assert.match(error, /not an image or video/);
    }
  }
});
