/** Files that are made to hurt, through the whole server: each is refused in plain words or shown as a harmless picture. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { type HostileFile, makeHostileFiles } from '../../src/adapters/media-tools/testing/hostile-files.ts';
import { assertTellsNothing } from '../../src/adapters/media-tools/testing/output-checks.ts';
import { orientedJpeg } from '../../src/adapters/media-tools/testing/sample-images.ts';
import { eachLimited } from '../../src/lib/each-limited.ts';
import { failureTexts, imageLimits } from '../../src/ports/media-tools/media-tools.ts';
import { Client, type Person } from '../e2e/client.ts';
import { freshFolder, KithProcess, removeFolder } from '../e2e/kith-process.ts';
import { fetchImage, fetchVideo, mediaEnvironment, ready, settledMedium, upload } from './media-client.ts';
import { watchWorkers } from './memory-watch.ts';

const atOnce = 6;
/** The limit is looked at from outside now and then: between two looks a worker may take a little more. */
const memoryMargin = 1.15;
const scratch = mkdtempSync(join(tmpdir(), 'kith-hostile-'));
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

const claims: Record<string, string> = {
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.tiff': 'image/tiff',
  '.heic': 'image/heic',
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.avi': 'video/x-msvideo',
  '.ts': 'video/mp2t',
};
const refusals = new Set<string>([
  ...Object.values(failureTexts),
  'This could not be prepared for showing. Nothing is wrong with the file; try again later.',
]);

/** What came of it, in a word, for comparison with what may; throws where it was not told in plain words. */
async function outcomeOf({ name, file }: HostileFile): Promise<string> {
  const contentType = claims[extname(name)]!;
  const answer = await upload(anna, { from: file, contentType, filename: name }).catch((error) => {
    // Nothing at all cannot be announced.
    if (/sizeBytes/.test(String(error))) return undefined;
    throw error;
  });
  if (!answer) return 'refused';
  if (answer.status === 422) {
    assert.match(
      JSON.parse(answer.body).errors[0].message,
      /^This is not a (picture|video) that can be shown/,
    );
    return 'refused';
  }
  assert.equal(answer.status, 200, `${name}: ${answer.body}`);
  const medium = await settledMedium(anna, answer.mediaId, { withinMs: 240_000 });
  if (medium.state === 'failed') {
    assert.ok(refusals.has(medium.error), `${name}: ${medium.error}`);
    return 'refused';
  }
  const shown = join(scratch, `shown-${name}`);
  mkdirSync(shown);
  if (medium.kind === 'image') await fetchImage(medium, shown);
  else await fetchVideo(medium, shown);
  assertTellsNothing(shown, ['PAYLOAD', 'alert(', '<?php', '/etc/passwd', 'root:']);
  return 'shown';
}

test('each of them is refused, or shown as what it looks like, and the server goes on', {
  timeout: 900_000,
}, async (t) => {
  const made = join(scratch, 'made');
  mkdirSync(made);
  const files = await makeHostileFiles(made);
  assert.ok(files.length >= 60);
  const watch = watchWorkers(kith.pid);
  const wrong: string[] = [];
  let shown = 0;
  await eachLimited(files, atOnce, async (each) => {
    const outcome = await outcomeOf(each);
    if (outcome === 'shown') shown++;
    const mayBeShown = each.expected.includes('shown');
    const mayBeRefused = each.expected.some((one) => one !== 'shown');
    if (outcome === 'shown' ? !mayBeShown : !mayBeRefused) wrong.push(`${each.name}: ${outcome}`);
  });
  watch.stop();
  assert.deepEqual(wrong, []);
  const mib = (bytes: number) => Math.round(bytes / 1024 / 1024);
  t.diagnostic(
    `${files.length} files, ${shown} of them shown; no worker held more than ${mib(watch.workerBytesMax)} MiB`,
  );
  assert.ok(watch.workerBytesMax <= imageLimits.memoryBytesMax * memoryMargin);
  await ready(anna, { from: await orientedJpeg(1), contentType: 'image/jpeg' });
  assert.equal((await fetch(`${kith.url}/readyz`)).status, 200);
});
