import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, testServer } from '../../http/test-server.ts';
import { changeMedia, rowWith } from './change-media.ts';
import { deliveryRoutes } from './http-delivery.ts';
import { fittingFile } from './open-delivery.ts';
import { mediaWorld, mp4, withWorker } from './test-media.ts';

async function served(kind: 'image' | 'video' = 'image') {
  const world = mediaWorld();
  const app = await testServer({ clock: world.clock });
  deliveryRoutes(app, { delivery: world.media.delivery, blobs: world.blobs });
  const [ann, bob] = [world.person(), world.person()];
  const { id } = kind === 'image' ? await world.arrived(ann) : await world.arrived(ann, mp4, 'video/mp4');
  await withWorker(world, async ({ worker }) => void (await worker.workOnce()));
  const use = { kind: 'post' as const, id: world.ids.next() };
  const medium = (await changeMedia(world, id, (current) => ({ row: rowWith(current, { uses: [use] }) })))!;
  const pathOf = (file: string, isPublic: boolean) =>
    world.addresses.pathOf(medium, medium.shown!.run, file, { isPublic });
  const get = (url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url, headers });
  return { ...world, app, ann, bob, medium, pathOf, get };
}

test('MEDIA-19: what anybody may see is fetched by anybody, kept for ever, and can do nothing', async () => {
  const { get, pathOf, show, app } = await served();
  show(async () => true);
  const { statusCode, headers, body } = await get(pathOf('w20.webp', true));
  assert.deepEqual([statusCode, body], [200, 'w20.webp']);
  assert.equal(headers['content-type'], 'image/webp');
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.match(String(headers['content-security-policy']), /default-src 'none'; sandbox/);
  assert.equal(
    (await get(pathOf('w20.webp', true), { 'if-none-match': String(headers['etag']) })).statusCode,
    304,
  );
  const head = await get(pathOf('w20.webp', true), {}, 'HEAD');
  assert.deepEqual([head.statusCode, head.headers['content-length'], head.body], [200, '8', '']);
  for (const wrong of ['none.webp', '..%2f..%2foriginals', '.webp', 'W20.webp'])
    assert.equal((await get(pathOf(wrong, true))).statusCode, 404, wrong);
  await app.close();
});

test('MEDIA-19: ranges of it are answered as players ask for them', async () => {
  const { get, pathOf, show, app } = await served();
  show(async () => true);
  const path = pathOf('w20.webp', true);
  const ask = async (range: string, more: Record<string, string> = {}) => {
    const { statusCode, headers, body } = await get(path, { range, ...more });
    return [statusCode, headers['content-range'], body];
  };
  assert.deepEqual(await ask('bytes=0-2'), [206, 'bytes 0-2/8', 'w20']);
  assert.deepEqual(await ask('bytes=4-'), [206, 'bytes 4-7/8', 'webp']);
  assert.deepEqual(await ask('bytes=-2'), [206, 'bytes 6-7/8', 'bp']);
  assert.deepEqual(await ask('bytes=0-0,2-3'), [200, undefined, 'w20.webp']);
  assert.deepEqual(await ask('bytes=3-1'), [200, undefined, 'w20.webp']);
  assert.deepEqual(await ask('bytes=8-'), [416, 'bytes */8', '']);
  assert.deepEqual(await ask('bytes=0-2', { 'if-range': '"other"' }), [200, undefined, 'w20.webp']);
  await app.close();
});

test('MEDIA-20: what only some may see needs them to ask, or a signature that is still good', async () => {
  const { get, pathOf, show, clock, ann, bob, medium, app } = await served();
  const plain = pathOf('w20.webp', false).replace(/\/\d+-[\w-]+\//, '/');
  const signed = pathOf('w20.webp', false);
  assert.equal((await get(plain)).statusCode, 404);
  assert.equal((await get(plain, as(bob.userId))).statusCode, 404);
  assert.equal((await get(plain, as(ann.userId))).statusCode, 200, 'her own');
  const found = await get(signed);
  assert.equal(found.statusCode, 200);
  assert.equal(found.headers['cache-control'], 'private, max-age=31536000, immutable');
  assert.equal((await get(signed.replace('w20', 'w40'))).statusCode, 200, 'all files of the run');
  assert.equal((await get(signed.replace(medium.name, 'a'.repeat(26)))).statusCode, 404);
  assert.equal((await get(signed.replace(/-[\w-]/, '-_'))).statusCode, 404);
  show(async (viewer) => viewer?.userId === bob.userId);
  assert.equal((await get(plain, as(bob.userId))).statusCode, 200, 'who may see the post');
  assert.equal((await get(plain)).statusCode, 404);
  clock.advance(2 * 3_600_000);
  assert.equal((await get(signed)).statusCode, 404, 'over');
  assert.notEqual(pathOf('w20.webp', false), signed);
  await app.close();
});

test('MEDIA-21: the address that stands for the medium leads to what fits', async () => {
  const { get, show, medium, ann, app } = await served();
  const auto = `/media/${medium.name}/auto`;
  assert.equal((await get(auto)).statusCode, 404);
  const own = await get(`${auto}?width=10`, as(ann.userId));
  assert.equal(own.statusCode, 302);
  assert.equal((await get(String(own.headers['location']))).body, 'w20.webp');
  show(async () => true);
  const { statusCode, headers } = await get(`${auto}?width=21`);
  assert.equal(statusCode, 302);
  assert.match(String(headers['vary']), /^accept, save-data, ect, sec-ch-width, /);
  assert.match(String(headers['location']), /\/w40\.webp$/);
  assert.equal((await get(`${auto}?width=0`)).statusCode, 422);
  const fileFor = async (hints: Record<string, string>) => {
    const found = await get(auto, hints);
    return String(found.headers['location']).split('/').at(-1);
  };
  assert.equal(await fileFor({ 'sec-ch-width': '20' }), 'w20.webp');
  assert.equal(await fileFor({ 'sec-ch-viewport-width': '10', 'sec-ch-dpr': '2' }), 'w20.webp');
  assert.equal(await fileFor({ 'viewport-width': '11', dpr: '2' }), 'w40.webp');
  assert.equal(await fileFor({ 'sec-ch-dpr': '0.01' }), 'w20.webp');
  for (const width of ['nonsense', '-5', 'Infinity', ''])
    assert.equal(await fileFor({ 'sec-ch-width': width }), 'w40.webp', width);
  await app.close();
});

test('MEDIA-21: width, format, data saving and kind are weighed', () => {
  const variant = (width: number, format: string, sizeBytes: number) => ({
    file: `${width}.${format}`,
    type: `image/${format}`,
    width,
    height: width,
    sizeBytes,
  });
  const image = {
    run: 'r',
    width: 2000,
    height: 2000,
    durationMs: null,
    isAnimated: false,
    hasAudio: false,
    thumbhash: '',
    variants: [320, 640, 1080, 1920].flatMap((w) => [variant(w, 'webp', w * 10), variant(w, 'avif', w * 7)]),
    poster: null,
    playlist: null,
  };
  const pick = (width: number | undefined, accept = '*/*', savesData = false, connection?: string) =>
    fittingFile(image, { width, accept, savesData, connection });
  assert.equal(pick(undefined), '1080.webp');
  assert.equal(pick(641), '1080.webp');
  assert.equal(pick(640), '640.webp');
  assert.equal(pick(9000), '1920.webp');
  assert.equal(pick(300, 'image/avif,image/webp,*/*'), '320.avif');
  assert.equal(pick(1900, 'image/avif', true), '640.avif');
  assert.equal(pick(1900, '*/*', false, '4g'), '1920.webp');
  assert.equal(pick(1900, '*/*', false, '3g'), '640.webp');
  assert.equal(pick(1900, '*/*', true, '2g'), '320.webp');
  assert.equal(pick(1900, '*/*', false, 'constructor'), '1920.webp');
  const video = { ...image, variants: [], poster: 'poster.webp', playlist: 'all.m3u8' };
  const of = (accept: string) => fittingFile(video, { width: undefined, accept, savesData: false });
  assert.equal(of('image/avif,image/webp,image/*,*/*;q=0.8'), 'poster.webp');
  assert.equal(of('*/*'), 'all.m3u8');
  assert.equal(of('application/vnd.apple.mpegurl'), 'all.m3u8');
});
