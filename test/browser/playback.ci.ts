/** What is made of videos, in a real browser through hls.js: every rung plays, and a slow line takes a lower one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { orientedJpeg, withSegments } from '../../src/adapters/media-tools/testing/sample-images.ts';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { Client, type Person, until } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { type MediumJson, mediaEnvironment, ready } from '../media/media-client.ts';
import { launchBrowser } from './launch-browser.ts';

const playMsMax = 60_000;
const hlsFile = join(createRequire(import.meta.url).resolve('hls.js'), '..', 'hls.min.js');
const scratch = mkdtempSync(join(tmpdir(), 'kith-playback-'));
let folder: string;
let kith: KithProcess;
let browser: Browser;
let anna: Person;
let berta: Person;

before(async () => {
  folder = await freshFolder();
  [kith, browser] = await Promise.all([KithProcess.start(folder, mediaEnvironment()), launchBrowser()]);
  const client = await Client.of(kith.url);
  [anna, berta] = (await Promise.all(['anna', 'berta'].map((name) => client.register(name)))) as [
    Person,
    Person,
  ];
  await berta.post('/v1/follow', { followeeId: anna.id });
});
after(async () => {
  await browser.close();
  await kith.stop();
  await removeFolder(folder);
  rmSync(scratch, { recursive: true, force: true });
});

/** A post of anna's with that medium, as berta is shown it. */
async function postedTo(visibility: 'public' | 'followers', medium: MediumJson): Promise<MediumJson> {
  const { id } = await anna.post('/v1/posts', { mediaIds: [medium.id], visibility });
  const feed = await until(
    'berta sees it',
    () => berta.get(`/v1/feeds/${berta.id}`),
    ({ items }) => items.some(({ post }: MediumJson) => post.id === id),
  );
  return feed.items.find(({ post }: MediumJson) => post.id === id).post.media[0];
}

interface Player {
  page: Page;
  /** Heights of the rungs, lowest first. */
  heights: number[];
  errors(): Promise<string[]>;
  /** Resolves when frames of that rung are on the screen. */
  shows(isWanted: (height: number) => boolean): Promise<void>;
  close(): Promise<void>;
}

/** What runs in the page; there `Hls` is a global. */
interface PlayerPage {
  // biome-ignore lint/suspicious/noExplicitAny: hls.js in the page.
  hls: any;
  errors: string[];
}

async function play(playlistUrl: string): Promise<Player> {
  const page = await browser.newPage();
  await page.setContent('<video muted autoplay playsinline loop></video>');
  await page.addScriptTag({ path: hlsFile });
  const heights = await page.evaluate(async (url) => {
    // biome-ignore lint/suspicious/noExplicitAny: globals of the page.
    const here = globalThis as any;
    const hls = new here.Hls({ maxBufferLength: 6, maxMaxBufferLength: 6, backBufferLength: 0 });
    here.kept = { hls, errors: [] } satisfies PlayerPage;
    hls.on(here.Hls.Events.ERROR, (_: unknown, { details, fatal }: { details: string; fatal: boolean }) => {
      if (fatal) here.kept.errors.push(details);
    });
    hls.loadSource(url);
    hls.attachMedia(document.querySelector('video'));
    await new Promise((resolve) => hls.once(here.Hls.Events.MANIFEST_PARSED, resolve));
    return hls.levels.map((level: { width: number; height: number }) => level.height);
  }, playlistUrl);
  const errors = () => page.evaluate(() => (globalThis as unknown as { kept: PlayerPage }).kept.errors);
  return {
    page,
    heights,
    errors,
    async shows(isWanted) {
      const deadline = performance.now() + playMsMax;
      let last: unknown;
      while (performance.now() < deadline) {
        const { height, time } = await page.evaluate(() => {
          const video = document.querySelector('video')!;
          return { height: video.videoHeight, time: video.currentTime };
        });
        last = { height, time };
        if (time > 0 && isWanted(height)) return;
        assert.deepEqual(await errors(), []);
        await page.waitForTimeout(50);
      }
      assert.fail(`waited in vain; last: ${JSON.stringify(last)}`);
    },
    close: () => page.close(),
  };
}

const sample = (name: string, more: object) => {
  const file = join(scratch, name);
  // Grain makes the rungs as heavy as a camera's pictures do.
  const encoder = { crf: '22', preset: 'ultrafast' };
  makeSampleVideo({ file, seconds: 3, rate: 15, filters: 'noise=alls=30:allf=t', encoder, ...more });
  return file;
};

test('every rung plays, of a video on its side and of one without sound as well', {
  timeout: 600_000,
}, async () => {
  for (const [name, more, wanted] of [
    ['upright.mp4', { width: 640, height: 480, rotation: 90 }, [320, 640]],
    ['silent.mp4', { width: 426, height: 240, hasSound: false }, [240]],
  ] as const) {
    const medium = await ready(
      anna,
      { from: sample(name, more), contentType: 'video/mp4' },
      { withinMs: 300_000 },
    );
    const player = await play((await postedTo('public', medium)).playlistUrl);
    assert.deepEqual(player.heights, wanted);
    for (const [level, height] of player.heights.entries()) {
      await player.page.evaluate((at) => {
        (globalThis as unknown as { kept: PlayerPage }).kept.hls.currentLevel = at;
      }, level);
      await player.shows((found) => found === height);
    }
    assert.deepEqual(await player.errors(), []);
    await player.close();
  }
});

test('a slow line takes a lower rung, and a fast one the highest again; a signed address is enough', {
  timeout: 600_000,
}, async (t) => {
  const file = sample('long.mp4', { seconds: 30, width: 854, height: 480 });
  const medium = await ready(anna, { from: file, contentType: 'video/mp4' }, { withinMs: 500_000 });
  const player = await play((await postedTo('followers', medium)).playlistUrl);
  assert.deepEqual(player.heights, [240, 480]);
  const network = await player.page.context().newCDPSession(player.page);
  const seen: number[] = [];
  const follow = async (kilobits: number, isWanted: (height: number) => boolean) => {
    await throttle(network, kilobits);
    await player.shows(isWanted);
    seen.push(await player.page.evaluate(() => document.querySelector('video')!.videoHeight));
  };
  await follow(100_000, (height) => height === 480);
  await follow(600, (height) => height === 240);
  await follow(100_000, (height) => height === 480);
  t.diagnostic(`heights shown as the line changed: ${seen.join(', ')}`);
  assert.deepEqual(await player.errors(), []);
  await player.close();
});

async function throttle(network: CDPSession, kilobits: number): Promise<void> {
  const bytes = (kilobits * 1000) / 8;
  await network.send('Network.enable');
  await network.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 20,
    downloadThroughput: bytes,
    uploadThroughput: bytes,
  });
}

test('what is shown runs nothing when it is opened by itself', { timeout: 120_000 }, async () => {
  const script = '<script>document.title = "ran"; alert("ran")</script>';
  const bytes = withSegments(await orientedJpeg(1), [[0xfe, Buffer.from(script)]]);
  const picture = await postedTo(
    'public',
    await ready(anna, { from: Buffer.concat([bytes, Buffer.from(script)]), contentType: 'image/jpeg' }),
  );
  const page = await browser.newPage();
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs++;
    void dialog.dismiss();
  });
  for (const { url } of picture.variants) {
    const answer = await page.goto(url);
    assert.match(answer!.headers()['content-security-policy']!, /sandbox/);
    assert.notEqual(await page.title(), 'ran');
  }
  assert.equal(dialogs, 0);
  await page.close();
});
