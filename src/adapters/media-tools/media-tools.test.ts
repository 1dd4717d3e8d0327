import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import {
  type MediaFailure,
  type MediaTools,
  MediaToolsError,
  type ProcessedVideo,
} from '../../ports/media-tools/media-tools.ts';
import { createMediaTools } from './media-tools.ts';
import { assertCleanImage, assertLooksLike, assertPlayable, fieldColours } from './testing/output-checks.ts';
import {
  animatedGif,
  colours,
  fourFields,
  heicFile,
  orientedJpeg,
  withTales,
  write,
} from './testing/sample-images.ts';
import { makeSampleVideo } from './testing/sample-videos.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-media-test-'));
let tools: MediaTools;
let count = 0;
const fresh = () => {
  const made = join(folder, `out-${count++}`);
  mkdirSync(made);
  return made;
};
const file = (name: string, data: Buffer) => write(join(folder, name), data);
const failsWith = (kind: MediaFailure) => (error: unknown) =>
  error instanceof MediaToolsError && error.kind === kind;

before(() => {
  tools = createMediaTools({ tempRoot: folder, imagesAtOnce: 1 });
});
after(async () => {
  await tools.close();
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('kith-media-')),
    [],
    'temporary folders are gone',
  );
  rmSync(folder, { recursive: true, force: true });
});

const upright = Object.values(colours);

describe('pictures', () => {
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`are turned upright from orientation ${orientation}, and tell nothing of place or camera`, async () => {
      const input = file(`o${orientation}.jpg`, await orientedJpeg(orientation));
      assert.ok(readFileSync(input).includes('Telltale'));
      const out = fresh();
      const made = await tools.processImage(input, out, {
        widths: [64, 320, 2048],
        formats: ['webp', 'avif', 'jpeg'],
      });
      assert.deepEqual([made.width, made.height], [640, 480]);
      assert.deepEqual(
        made.variants.map(({ width, height }) => `${width}x${height}`),
        ['64x48', '64x48', '64x48', '320x240', '320x240', '320x240', '640x480', '640x480', '640x480'],
      );
      await assertCleanImage(made, out);
      assertLooksLike(await fieldColours(join(out, '320x240.webp')), upright, 12);
      assertLooksLike(await fieldColours(join(out, '320x240.avif')), upright, 12);
      const probe = await tools.probe(input);
      assert.deepEqual(probe, {
        kind: 'image',
        type: 'image/jpeg',
        width: 640,
        height: 480,
        isAnimated: false,
        hasAudio: false,
      });
    });
  }

  it('are brought to 8-bit sRGB from 16 bits, CMYK and a wide gamut', async () => {
    const plain = await fourFields(320, 240);
    const wide = await sharp(plain).withIccProfile('p3').png().toBuffer();
    const kinds = {
      'deep.png': await withTales(sharp(plain).toColourspace('rgb16')).png().toBuffer(),
      'print.jpg': await sharp(plain)
        .toColourspace('cmyk')
        .withIccProfile('cmyk')
        .jpeg({ quality: 95 })
        .toBuffer(),
      'wide.png': wide,
      'grey.tiff': await sharp(plain).greyscale().tiff().toBuffer(),
    };
    for (const [name, data] of Object.entries(kinds)) {
      const out = fresh();
      const made = await tools.processImage(file(name, data), out, { widths: [320] });
      await assertCleanImage(made, out);
      // Print cannot show all of them.
      if (name !== 'grey.tiff')
        assertLooksLike(
          await fieldColours(join(out, '320x240.webp')),
          upright,
          name === 'print.jpg' ? 120 : 12,
        );
    }
    const stored = await fieldColours(
      file('stored.png', await sharp(wide, { ignoreIcc: true }).png().toBuffer()),
    );
    assert.ok(stored[0]![0]! < 210, 'the wide picture was stored in other numbers');
  });

  it('keep what is transparent', async () => {
    const half = sharp({
      create: { width: 200, height: 100, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } },
    });
    const out = fresh();
    const made = await tools.processImage(file('half.png', await half.png().toBuffer()), out, {
      widths: [100],
      formats: ['webp', 'avif', 'jpeg'],
    });
    await assertCleanImage(made, out);
    for (const format of ['webp', 'avif']) {
      const { channels } = await sharp(join(out, `100x50.${format}`)).stats();
      assert.ok(Math.abs(channels[3]!.mean - 128) < 4, format);
    }
  });

  it('stay animated in WebP, with a still in the other formats', async () => {
    const out = fresh();
    const input = file('moving.gif', await animatedGif(200, 100, 5, 120));
    assert.partialDeepStrictEqual(await tools.probe(input), { isAnimated: true, durationMs: 600 });
    const made = await tools.processImage(input, out, { widths: [100, 320] });
    assert.equal(made.isAnimated, true);
    await assertCleanImage(made, out);
    for (const size of ['100x50', '200x100']) {
      const moving = await sharp(join(out, `${size}.webp`)).metadata();
      assert.deepEqual([moving.pages, moving.delay], [5, [120, 120, 120, 120, 120]]);
      assert.equal((await sharp(join(out, `${size}.avif`)).metadata()).pages ?? 1, 1);
    }
  });

  it('are read from HEIC, turned as it says, with its colours', async () => {
    const { icc } = await sharp(
      await sharp(await fourFields(8, 8))
        .withIccProfile('p3')
        .png()
        .toBuffer(),
    ).metadata();
    const plain = file('plain.heic', heicFile(join(folder, 'h1.mp4')));
    const turned = file('turned.heic', heicFile(join(folder, 'h2.mp4'), { turns: 1, icc: icc! }));
    const outs = [fresh(), fresh()] as const;
    const made = await tools.processImage(plain, outs[0], { widths: [320], formats: ['webp'] });
    assert.deepEqual([made.width, made.height], [320, 240]);
    await assertCleanImage(made, outs[0]);
    const other = await tools.processImage(turned, outs[1], { widths: [320], formats: ['webp'] });
    assert.deepEqual([other.width, other.height], [240, 320]);
    await assertCleanImage(other, outs[1]);
    // Wide-gamut colours are stronger in sRGB's numbers.
    const strength = async (image: string) => {
      const { channels } = await sharp(image).stats();
      return channels.reduce((sum, { stdev }) => sum + stdev, 0);
    };
    assert.ok(
      (await strength(join(outs[1], '240x320.webp'))) > (await strength(join(outs[0], '320x240.webp'))),
    );
  });

  it('tell how far they are', async () => {
    const told: number[] = [];
    await tools.processImage(file('p.jpg', await orientedJpeg(1)), fresh(), {
      widths: [64, 320],
      onProgress: (progress) => told.push(progress),
    });
    assert.ok(
      told.length > 0 && told.every((progress, index) => progress > (told[index - 1] ?? 0) && progress <= 1),
    );
  });

  it('are refused when they are none, empty, or cut off', async () => {
    const svg = file('svg.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'));
    await assert.rejects(tools.probe(svg), failsWith('unsupported'));
    await assert.rejects(tools.processImage(svg, fresh(), { widths: [320] }), failsWith('unsupported'));
    await assert.rejects(tools.probe(file('empty.jpg', Buffer.alloc(0))), failsWith('damaged'));
    const cut = (await orientedJpeg(1)).subarray(0, 3_000);
    await assert.rejects(
      tools.processImage(file('cut.jpg', cut), fresh(), { widths: [320] }),
      failsWith('damaged'),
    );
  });
});

describe('limits', () => {
  const picture = async () => file('limited.jpg', await orientedJpeg(1));

  it('of pixels are kept before anything is decoded', async () => {
    const input = await picture();
    await assert.rejects(tools.probe(input, { limits: { pixelsMax: 640 * 480 - 1 } }), failsWith('too-big'));
    await tools.probe(input, { limits: { pixelsMax: 640 * 480 } });
  });

  it('of time and memory end that work alone', async () => {
    const input = await picture();
    const work = (limits: { timeoutMs?: number; memoryBytesMax?: number }) =>
      tools.processImage(input, fresh(), { widths: [320], limits });
    await assert.rejects(work({ timeoutMs: 1 }), failsWith('timed-out'));
    await assert.rejects(work({ memoryBytesMax: 10_000_000 }), failsWith('out-of-memory'));
    await work({});
  });

  it('let a caller give up, before and while it is worked on', async () => {
    const input = await picture();
    const other = tools.processImage(input, fresh(), { widths: [320] });
    const waiting = new AbortController();
    const waits = tools.processImage(input, fresh(), { widths: [320], signal: waiting.signal });
    waiting.abort();
    await assert.rejects(waits, failsWith('interrupted'));
    await other;
    const working = new AbortController();
    const works = tools.processImage(input, fresh(), {
      widths: [64, 320, 640],
      signal: working.signal,
      onProgress: () => working.abort(),
    });
    await assert.rejects(works, failsWith('interrupted'));
    await assert.rejects(tools.probe(input, { signal: AbortSignal.abort() }), failsWith('interrupted'));
  });

  it('are closed with everything that runs', async () => {
    const own = createMediaTools({ tempRoot: folder });
    const running = own.processImage(await picture(), fresh(), { widths: [320] });
    const rejected = assert.rejects(running, failsWith('interrupted'));
    await own.close();
    await rejected;
    await assert.rejects(own.probe(await picture()), failsWith('interrupted'));
  });
});

describe('videos', () => {
  it('become a ladder of renditions, the first of them early, telling nothing of the original', async () => {
    const input = join(folder, 'turned.mp4');
    makeSampleVideo({ file: input, seconds: 5, width: 320, height: 180, rate: 24, rotation: 90 });
    assert.ok(readFileSync(input).includes('48.8577'));
    assert.deepEqual(await tools.probe(input), {
      kind: 'video',
      type: 'video/mp4',
      width: 180,
      height: 320,
      durationMs: 5000,
      hasAudio: true,
      isAnimated: false,
    });
    const out = fresh();
    let first: ProcessedVideo | undefined;
    const told: number[] = [];
    const made = await tools.processVideo(input, out, {
      ladder: [
        { height: 90, videoBitsPerSecond: 100_000 },
        { height: 180, videoBitsPerSecond: 300_000 },
        { height: 720, videoBitsPerSecond: 900_000 },
      ],
      onProgress: (progress) => told.push(progress),
      onFirstRung: async (video) => {
        first = video;
        assertPlayable(video, out, { seconds: 5 });
        assert.ok(existsSync(join(out, video.poster.file)));
      },
    });
    assert.deepEqual(
      made.renditions.map(({ width, height }) => [width, height]),
      [
        [90, 160],
        [180, 320],
      ],
    );
    assert.equal(first?.renditions.length, 1);
    assert.notEqual(first.playlist.file, made.playlist.file);
    assertPlayable(made, out, { seconds: 5 });
    assert.deepEqual([made.poster.width, made.poster.height], [180, 320]);
    assert.deepEqual(made.renditions[0], first.renditions[0]);
    assert.ok(told.every((progress, index) => progress > (told[index - 1] ?? 0)));
  });

  it('of odd size and without sound are taken as they are', async () => {
    const input = join(folder, 'odd.webm');
    const encoder = { deadline: 'realtime', 'cpu-used': '8' };
    makeSampleVideo({
      file: input,
      seconds: 1,
      filters: 'scale=161:91',
      hasSound: false,
      codec: 'libvpx-vp9',
      encoder,
      metadata: {},
    });
    const out = fresh();
    const made = await tools.processVideo(input, out, {
      ladder: [{ height: 480, videoBitsPerSecond: 300_000 }],
    });
    assertPlayable(made, out, { seconds: 1, hasAudio: false });
    assert.deepEqual(
      made.renditions.map(({ width, height }) => [width, height]),
      [[160, 90]],
    );
  });

  it('give a still of several sizes', async () => {
    const input = join(folder, 'still.mp4');
    makeSampleVideo({ file: input, seconds: 2, width: 640, height: 360, rate: 5 });
    const out = fresh();
    const made = await tools.processStill(input, out, { widths: [64, 320], formats: ['webp'] });
    assert.deepEqual([made.width, made.height, made.isAnimated], [640, 360, false]);
    assert.deepEqual(readdirSync(out).sort(), ['320x180.webp', '64x36.webp']);
    await assertCleanImage(made, out);
    const broken = file('broken.mp4', readFileSync(input).subarray(0, 4_000));
    await assert.rejects(tools.processStill(broken, fresh(), { widths: [64] }), MediaToolsError);
    const picture = file('still.jpg', await orientedJpeg(1));
    await assert.rejects(tools.processStill(picture, fresh(), { widths: [64] }), failsWith('unsupported'));
  });

  it('are refused when too long, without pictures, or when nobody takes the first rung', async () => {
    const long = join(folder, 'long.mp4');
    makeSampleVideo({ file: long, seconds: 2, width: 64, height: 64, rate: 5 });
    const ladder = [{ height: 64, videoBitsPerSecond: 100_000 }];
    await assert.rejects(tools.probe(long, { limits: { durationMsMax: 1_000 } }), failsWith('too-long'));
    const sound = join(folder, 'sound.mp4');
    makeSampleVideo({ file: sound, seconds: 1, hasPictures: false });
    await assert.rejects(tools.probe(sound), failsWith('unsupported'));
    const onFirstRung = () => Promise.reject(new MediaToolsError('interrupted', 'no room'));
    await assert.rejects(
      tools.processVideo(long, fresh(), { ladder, onFirstRung }),
      failsWith('interrupted'),
    );
  });
});
