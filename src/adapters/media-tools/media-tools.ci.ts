/** What takes longer: the hostile corpus, large originals with their memory watched, every kind of video. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import sharp from 'sharp';
import {
  type MediaTools,
  MediaToolsError,
  type Rung,
  videoLimits,
} from '../../ports/media-tools/media-tools.ts';
import { findFfmpeg } from './find-ffmpeg.ts';
import { createMediaTools } from './media-tools.ts';
import { makeHostileFiles } from './testing/hostile-files.ts';
import { assertCleanImage, assertPlayable, assertTellsNothing } from './testing/output-checks.ts';
import { photoLike, withTales } from './testing/sample-images.ts';
import { makeSampleVideo, type SampleVideo } from './testing/sample-videos.ts';

const folder = mkdtempSync(join(tmpdir(), 'kith-media-ci-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const fresh = () => {
  const made = join(folder, `out-${count++}`);
  mkdirSync(made);
  return made;
};

const mib = 1024 * 1024;
const limits = { memoryBytesMax: 768 * mib, timeoutMs: 120_000 };
const ladder: Rung[] = [
  { height: 240, videoBitsPerSecond: 400_000 },
  { height: 480, videoBitsPerSecond: 1_200_000 },
  { height: 720, videoBitsPerSecond: 2_800_000 },
  { height: 1080, videoBitsPerSecond: 5_000_000 },
];
const installed = await findFfmpeg({ folders: process.env['PATH'] ?? '' });
const engines = {
  'built-in FFmpeg': {},
  ...(installed ? { 'installed FFmpeg': { ffmpeg: { program: installed.ffmpeg } } } : {}),
};

for (const [engine, options] of Object.entries(engines)) {
  describe(`with the ${engine}`, () => {
    let tools: MediaTools;
    before(() => {
      tools = createMediaTools({ ...options, tempRoot: folder });
    });
    after(() => tools.close());

    it('hostile files are refused or give clean pictures, and the next work goes on', {
      timeout: 600_000,
    }, async () => {
      const sources = fresh();
      const files = await makeHostileFiles(sources);
      assert.ok(files.length >= 60);
      const wrong: string[] = [];
      for (const { name, file, expected } of files) {
        const out = fresh();
        const found = await outcomeOf(tools, file, out);
        if (!(expected as readonly string[]).includes(found))
          wrong.push(`${name}: ${found}, not ${expected.join(' or ')}`);
        assertTellsNothing(out, ['PAYLOAD', 'alert(', '<?php', '/etc/passwd', 'root:']);
      }
      assert.deepEqual(wrong, []);
    });

    const samples: Record<
      string,
      Omit<SampleVideo, 'file' | 'seconds'> & { seconds?: number; name?: string }
    > = {
      'ten bits': {
        codec: 'libx265',
        pixels: 'yuv420p10le',
        encoder: { preset: 'ultrafast', 'x265-params': 'log-level=none' },
      },
      'HDR (PQ)': {
        codec: 'libx265',
        pixels: 'yuv420p10le',
        transfer: 'pq',
        encoder: { preset: 'ultrafast', 'x265-params': 'log-level=none' },
      },
      'HDR (HLG)': {
        codec: 'libx265',
        pixels: 'yuv420p10le',
        transfer: 'hlg',
        encoder: { preset: 'ultrafast', 'x265-params': 'log-level=none' },
      },
      'a variable rate': { filters: "select='if(lt(t,1),1,not(mod(n,3)))'" },
      'one frame': { seconds: 0.04, rate: 25, hasSound: false },
      'pixels that are not square': { pixelAspect: [4, 3] },
      'upside down': { rotation: 180 },
      'a turn to the left': { rotation: 270 },
      'a rate of 60000/1001 and PCM sound': { rate: 60, name: 'pcm.mov', soundCodec: 'pcm_s16le' },
      'a recording without a duration': {
        codec: 'libvpx-vp9',
        name: 'live.webm',
        soundCodec: 'libopus',
        format: 'webm',
        options: { live: '1' },
        metadata: {},
        encoder: { deadline: 'realtime', 'cpu-used': '8' },
      },
      "an old camera's AVI": { codec: 'mjpeg', pixels: 'yuvj420p', name: 'old.avi', soundCodec: 'pcm_s16le' },
      'a transport stream': { name: 'broadcast.ts', metadata: {} },
    };
    for (const [what, { seconds = 3, name = 'sample.mp4', ...sample }] of Object.entries(samples)) {
      it(`a video with ${what} can be played`, { timeout: 120_000 }, async () => {
        const file = join(fresh(), name);
        makeSampleVideo({ file, seconds, width: 426, height: 240, ...sample });
        const out = fresh();
        const made = await tools.processVideo(file, out, { ladder: ladder.slice(0, 2), limits });
        assertPlayable(made, out, { seconds, hasAudio: sample.hasSound ?? true, toleranceSeconds: 0.3 });
        const [width, height] = sample.pixelAspect
          ? [568, 240]
          : sample.rotation === 270
            ? [240, 426]
            : [426, 240];
        assert.deepEqual([made.renditions[0]!.width, made.renditions[0]!.height], [width, height]);
        const { channels } = await sharp(join(out, made.poster.file)).stats();
        assert.ok(
          channels.every(({ mean }) => mean > 30 && mean < 225),
          'the poster is neither black nor white',
        );
      });
    }

    it('a minute in 1080p stays within its memory, while pictures go on', { timeout: 600_000 }, async () => {
      const file = join(fresh(), 'minute.mp4');
      makeSampleVideo({ file, seconds: 60, width: 1920, height: 1080 });
      const out = fresh();
      let firstAt = 0;
      let pictures = 0;
      let isDone = false;
      const small = join(folder, 'small.jpg');
      await (await photoLike(400, 300)).jpeg().toFile(small);
      const beside = (async () => {
        while (!isDone) {
          await tools.processImage(small, fresh(), { widths: [320] });
          pictures += 1;
          await delay(500);
        }
      })();
      const onFirstRung = async () => {
        firstAt = pictures;
      };
      const made = await tools.processVideo(file, out, {
        ladder,
        limits: { memoryBytesMax: videoLimits.memoryBytesMax, timeoutMs: 500_000 },
        onFirstRung,
      });
      isDone = true;
      await beside;
      assert.ok(pictures > firstAt);
      assert.equal(made.renditions.length, 4);
      assertPlayable(made, out, { seconds: 60 });
    });
  });
}

describe('large pictures', () => {
  const sizes = { '12 megapixels': [4000, 3000], '48 megapixels': [8000, 6000] } as const;
  for (const [name, [width, height]] of Object.entries(sizes)) {
    it(`of ${name} stay within 768 MiB`, { timeout: 300_000 }, async () => {
      const tools = createMediaTools({ tempRoot: folder });
      const file = join(folder, `${width}.jpg`);
      await withTales(await photoLike(width, height), 6)
        .jpeg({ quality: 90 })
        .toFile(file);
      const out = fresh();
      const made = await tools.processImage(file, out, { widths: [320, 640, 1080, 2048], limits });
      assert.deepEqual([made.width, made.height], [height, width]);
      await assertCleanImage(made, out);
      await tools.close();
    });
  }

  it('beyond their memory fail alone: the same tools go on', { timeout: 300_000 }, async () => {
    const tools = createMediaTools({ tempRoot: folder });
    const file = join(folder, 'deep.png');
    await (await photoLike(7000, 7000))
      .toColourspace('rgb16')
      .png({ progressive: true, compressionLevel: 1 })
      .toFile(file);
    const work = (memoryBytesMax: number) =>
      tools.processImage(file, fresh(), { widths: [320], limits: { ...limits, memoryBytesMax } });
    await assert.rejects(work(150 * mib), (error: MediaToolsError) => error.kind === 'out-of-memory');
    await work(768 * mib);
    await tools.close();
  });
});

describe('a server that is killed', () => {
  it('leaves no worker behind', { timeout: 60_000 }, async () => {
    const file = join(folder, 'orphan.mp4');
    makeSampleVideo({ file, seconds: 30, width: 1280, height: 720 });
    const script = `
      import { createMediaTools } from ${JSON.stringify(join(import.meta.dirname, 'media-tools.ts'))};
      const tools = createMediaTools({ tempRoot: ${JSON.stringify(fresh())} });
      tools.processVideo(${JSON.stringify(file)}, ${JSON.stringify(fresh())}, {
        ladder: ${JSON.stringify(ladder)},
        onProgress: () => console.log('working'),
      });`;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(server.stdout, 'data');
    const workers = workersOf(server.pid!);
    assert.equal(workers.length, 1);
    server.kill('SIGKILL');
    while (workers.some(isRunning)) await delay(50);
  });
});

async function outcomeOf(tools: MediaTools, file: string, out: string): Promise<string> {
  try {
    const { kind } = await tools.probe(file, { limits });
    if (kind === 'image') await tools.processImage(file, out, { widths: [320], limits });
    else
      await tools.processVideo(file, out, { ladder: [{ height: 120, videoBitsPerSecond: 200_000 }], limits });
    return 'shown';
  } catch (error) {
    return error instanceof MediaToolsError ? error.kind : String(error);
  }
}

/** By Linux's own list; zombies that nobody has collected have ended as well. */
const workersOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
