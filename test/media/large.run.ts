/** A video of a gigabyte, from the first byte to its last rung, while the server's own memory stays small. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertPlayable } from '../../src/adapters/media-tools/testing/output-checks.ts';
import { makeSampleVideo } from '../../src/adapters/media-tools/testing/sample-videos.ts';
import { uploadBytesMax } from '../../src/features/media/media.ts';
import { videoLimits } from '../../src/ports/media-tools/media-tools.ts';
import { Client } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { fetchVideo, mediaEnvironment, settledMedium, upload } from './media-client.ts';
import { peakBytes, watchWorkers } from './memory-watch.ts';

const mib = 1024 * 1024;
const serverBytesMax = 300 * mib;
/** Two bytes a pixel, as cameras write what they have not compressed. */
const frames = { width: 1920, height: 1080, rate: 24, seconds: 10 };
const withinMs = 1_800_000;

test('a gigabyte is taken and prepared in bounded memory', { timeout: 2 * withinMs }, async (t) => {
  const scratch = mkdtempSync(join(tmpdir(), 'kith-large-'));
  const folder = await freshFolder();
  const kith = await KithProcess.start(folder, mediaEnvironment());
  try {
    const file = join(scratch, 'large.mov');
    makeSampleVideo({ ...frames, file, codec: 'rawvideo', pixels: 'uyvy422', hasSound: false, metadata: {} });
    const { size } = statSync(file);
    assert.ok(size > 0.99 * uploadBytesMax && size <= uploadBytesMax, String(size));
    const anna = await (await Client.of(kith.url)).register('anna');
    // What starting took is not what this takes.
    if (process.platform === 'linux') writeFileSync(`/proc/${kith.pid}/clear_refs`, '5');
    const watch = watchWorkers(kith.pid);
    const startMs = performance.now();
    const seconds = () => ((performance.now() - startMs) / 1000).toFixed(1);
    const { mediaId, status, body } = await upload(anna, { from: file, contentType: 'video/quicktime' });
    assert.equal(status, 200, body);
    t.diagnostic(`${size} bytes sent in ${seconds()} s`);
    await settledMedium(anna, mediaId, {
      withinMs,
      isEnough: ({ playlistUrl, state }) => playlistUrl || state === 'failed',
    });
    t.diagnostic(`shown after ${seconds()} s`);
    const medium = await settledMedium(anna, mediaId, { withinMs });
    assert.equal(medium.state, 'ready', medium.error);
    watch.stop();
    const peak = peakBytes(kith.pid);
    t.diagnostic(
      `ready after ${seconds()} s; the server had ${Math.round(peak / mib)} MiB at most, its worker held ${Math.round(watch.workerBytesMax / mib)} MiB`,
    );
    assert.ok(peak < serverBytesMax);
    assert.ok(watch.workerBytesMax <= videoLimits.memoryBytesMax);
    const made = await fetchVideo(medium, scratch);
    rmSync(file);
    assertPlayable(made, scratch, { seconds: frames.seconds, hasAudio: false });
  } finally {
    await kith.stop();
    await removeFolder(folder);
    rmSync(scratch, { recursive: true, force: true });
  }
});
