/**
 * Photos and videos of every kind that phones and cameras make, through the whole server. Photos of a folder that
 * KITH_PHOTOS names go through it as well.
 */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import {
  assertCleanImage,
  assertLooksLike,
  assertPlayable,
  fieldColours,
} from '../../src/adapters/media-tools/testing/output-checks.ts';
import {
  animatedGif,
  colours,
  fourFields,
  heicFile,
  orientedJpeg,
  photoLike,
  withTales,
} from '../../src/adapters/media-tools/testing/sample-images.ts';
import { makeSampleVideo, type SampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import { Client, type Person } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { fetchImage, fetchVideo, type MediumJson, mediaEnvironment, ready } from './media-client.ts';
import { peakBytes, watchWorkers } from './memory-watch.ts';

const scratch = mkdtempSync(join(tmpdir(), 'kith-real-'));
let folder: string;
let kith: KithProcess;
let anna: Person;

before(async () => {
  folder = await freshFolder();
  kith = await KithProcess.start(folder, mediaEnvironment());
  anna = await (await Client.of(kith.url)).register('anna');
});
after(async () => {
  await kith.stop();
  await removeFolder(folder);
  rmSync(scratch, { recursive: true, force: true });
});
let count = 0;
const fresh = () => {
  const made = join(scratch, `shown-${count++}`);
  mkdirSync(made);
  return made;
};
const withinMs = 600_000;
/** Inks cannot show what a screen can; a picture whose inks were taken for light would be off by more. */
const outOfGamut = 110;

async function shownImage(
  from: string | Buffer,
  contentType: string,
): Promise<{ medium: MediumJson; into: string }> {
  const medium = await ready(anna, { from, contentType }, { withinMs });
  const into = fresh();
  await assertCleanImage(await fetchImage(medium, into), into);
  return { medium, into };
}
const upright = Object.values(colours);

for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`a photo of orientation ${orientation} with its place in it is upright and tells nothing`, async () => {
    const { medium, into } = await shownImage(await orientedJpeg(orientation), 'image/jpeg');
    assert.deepEqual([medium.width, medium.height], [640, 480]);
    for (const format of ['webp', 'avif'])
      assertLooksLike(await fieldColours(join(into, `320x240.${format}`)), upright, 12);
  });

test('CMYK, 16 bits, transparency, TIFF and HEIC keep what is seen of them', async () => {
  const plain = await fourFields(640, 480);
  const clear = {
    create: { width: 200, height: 100, channels: 4 as const, background: { r: 255, g: 0, b: 0, alpha: 0.5 } },
  };
  const cmyk = await sharp(plain)
    .toColourspace('cmyk')
    .withIccProfile('cmyk')
    .jpeg({ quality: 95 })
    .toBuffer();
  const kinds: [Buffer, string, number][] = [
    [cmyk, 'image/jpeg', outOfGamut],
    [await withTales(sharp(plain).toColourspace('rgb16')).png().toBuffer(), 'image/png', 12],
    [await sharp(plain).withIccProfile('p3').png().toBuffer(), 'image/png', 12],
    [await withTales(sharp(plain)).tiff({ compression: 'lzw' }).toBuffer(), 'image/tiff', 12],
    [await sharp(plain).webp({ lossless: true }).toBuffer(), 'image/webp', 12],
  ];
  for (const [data, type, tolerance] of kinds) {
    const { into } = await shownImage(data, type);
    assertLooksLike(await fieldColours(join(into, '320x240.webp')), upright, tolerance);
  }
  const { into } = await shownImage(await sharp(clear).png().toBuffer(), 'image/png');
  const { channels } = await sharp(join(into, '200x100.webp')).stats();
  assert.ok(Math.abs(channels[3]!.mean - 128) < 3, 'half transparent');
  const heic = await shownImage(heicFile(join(scratch, 'heic.mp4'), { turns: 1 }), 'image/heic');
  assert.deepEqual([heic.medium.width, heic.medium.height], [240, 320]);
});

test('an animated picture goes on moving', async () => {
  const medium = await ready(
    anna,
    { from: await animatedGif(160, 120, 12), contentType: 'image/gif' },
    { withinMs },
  );
  const { url } = medium.variants.find(({ format }: MediumJson) => format === 'webp');
  const { pages } = await sharp(Buffer.from(await (await fetch(url)).arrayBuffer()), {
    animated: true,
  }).metadata();
  assert.equal(pages, 12);
});

test('photos of 12 and 48 megapixels are shown in every width', { timeout: withinMs }, async (t) => {
  const watch = watchWorkers(kith.pid);
  for (const [width, height] of [
    [4000, 3000],
    [8000, 6000],
  ] as const) {
    const data = await withTales(await photoLike(width, height), 6)
      .jpeg({ quality: 90 })
      .toBuffer();
    const { medium } = await shownImage(data, 'image/jpeg');
    assert.deepEqual([medium.width, medium.height], [height, width]);
    const widths = medium.variants.map((each: MediumJson) => each.width);
    assert.deepEqual([...new Set(widths)], [320, 640, 1080, 2048]);
  }
  watch.stop();
  t.diagnostic(`no worker held more than ${Math.round(watch.workerBytesMax / 1024 / 1024)} MiB`);
});

const videos: Record<string, Omit<SampleVideo, 'file'> & { name?: string; shown?: [number, number] }> = {
  'of ten seconds': { seconds: 10, width: 1280, height: 720 },
  'held upright, as a phone turns it': {
    seconds: 4,
    width: 640,
    height: 360,
    rotation: 90,
    shown: [360, 640],
  },
  'of three minutes': { seconds: 180, width: 426, height: 240, rate: 15 },
  'without sound, from a browser': {
    seconds: 3,
    name: 'a.webm',
    codec: 'libvpx-vp9',
    encoder: { deadline: 'realtime', 'cpu-used': '8' },
    hasSound: false,
    metadata: {},
  },
};
const types: Record<string, string> = { '.mp4': 'video/mp4', '.webm': 'video/webm' };
for (const [what, { name = 'a.mp4', shown, ...sample }] of Object.entries(videos))
  test(`a video ${what} can be played in every rung`, { timeout: withinMs }, async (t) => {
    const file = join(fresh(), name);
    makeSampleVideo({ file, ...sample });
    const startMs = performance.now();
    const medium = await ready(anna, { from: file, contentType: types[extname(name)]! }, { withinMs });
    t.diagnostic(
      `${sample.seconds} s of video ready in ${((performance.now() - startMs) / 1000).toFixed(1)} s`,
    );
    const into = fresh();
    const made = await fetchVideo(medium, into);
    const { width = 320, height = 240, hasSound = true } = sample;
    assert.deepEqual([made.width, made.height], shown ?? [width, height]);
    assertPlayable(made, into, { seconds: sample.seconds, hasAudio: hasSound, toleranceSeconds: 0.3 });
  });

const photoFolder = process.env['KITH_PHOTOS'];
if (photoFolder)
  test(`the photos in ${photoFolder} are shown`, { timeout: 3_600_000 }, async (t) => {
    const photos = globSync(join(photoFolder, '**/*.{jpg,jpeg,png,webp,avif,heic,tiff}'));
    const startMs = performance.now();
    await eachLimited(photos, 4, async (file) => {
      const ending = extname(file).slice(1).replace('jpg', 'jpeg');
      await shownImage(file, `image/${ending}`);
    });
    const seconds = (performance.now() - startMs) / 1000;
    t.diagnostic(
      `${photos.length} photos in ${seconds.toFixed(0)} s; the server took ${Math.round(peakBytes(kith.pid) / 1024 / 1024)} MiB at most`,
    );
  });
