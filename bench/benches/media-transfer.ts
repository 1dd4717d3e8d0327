import { randomBytes } from 'node:crypto';
import { createReadStream, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { get, request } from 'node:http';
import { join } from 'node:path';
import { openDiskBlobs } from '../../src/adapters/disk/disk-blobs.ts';
import { systemClock } from '../../src/ports/clock/clock.ts';
import type { BenchContext } from '../context.ts';
import { type Figure, figure } from '../report/figures.ts';
import { alternate } from '../report/rounds.ts';
import { startSmallServer } from '../servers/child.ts';
import { startKith } from '../servers/kith.ts';
import { forgetPeak, peakMib } from '../servers/peak-memory.ts';

const megabyte = 1_000_000;
const uploadMegabytes = { full: 1000, quick: 20 };
const servedMegabytes = { full: 500, quick: 20 };
const chunkBytes = 1024 * 1024;
/** Moving a gigabyte takes seconds, so few rounds tell enough. */
const roundsMax = 3;

/** Bytes in and out, against the disk and against bare `node:http`. */
export async function benchTransfers(context: BenchContext): Promise<Figure[]> {
  const rounds = Math.min(roundsMax, context.rounds);
  const dataDir = join(context.workDir, 'transfers');
  const size = context.quick ? 'quick' : 'full';
  const original = join(context.workDir, 'original.mp4');
  await writeVideoLike(original, uploadMegabytes[size] * megabyte);
  // Without the role that prepares media: what is measured is the way in and out.
  const env = { KITH_ROLES: 'api', KITH_MEDIA_QUOTA_BYTES: String(100 * 1000 * megabyte) };
  const kith = await startKith({ dataDir, env });
  try {
    const origin = `http://127.0.0.1:${kith.port}`;
    const token = await register(origin);
    forgetPeak(kith.pid);
    const before = peakMib(kith.pid);
    let copies = 0;
    const uploads = await alternate(rounds, {
      kith: () => perSecond(original, () => uploaded(origin, token, original)),
      // Each time another file, as what is stored there: to take pages again that a file before it has just left is far
      // cheaper than to find new ones, by four on machines whose host takes back what lies unused.
      disk: () => perSecond(original, () => copied(original, join(dataDir, `copy-${++copies}`))),
    });
    for (; copies > 0; copies--) rmSync(join(dataDir, `copy-${copies}`));
    const peak = peakMib(kith.pid);
    const served = await serving(context, {
      origin,
      token,
      dataDir,
      bytes: servedMegabytes[size] * megabyte,
    });
    return [
      figure(`an upload of ${uploadMegabytes[size]} MB`, uploads.kith, 'MB a second', {
        against: uploads.disk,
        target: '>= 0.5 of writing it to the disk with fsync',
      }),
      figure('memory of the server at most', [peak], `MiB (${Math.round(before)} before)`, {
        target: '< 300',
      }),
      figure(`a file of ${servedMegabytes[size]} MB fetched`, served.kith, 'MB a second', {
        against: served.bare,
        target: '>= 0.7 of bare node:http',
      }),
    ];
  } finally {
    await kith.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Bytes that say they are a video: nobody looks further before they are prepared. */
async function writeVideoLike(file: string, bytes: number): Promise<void> {
  const head = Buffer.from('000000186674797069736f6d0000020069736f6d69736f32', 'hex');
  const noise = randomBytes(chunkBytes);
  const handle = await open(file, 'w');
  await handle.write(head);
  for (let left = bytes - head.length; left > 0; left -= chunkBytes)
    await handle.write(noise.subarray(0, Math.min(left, chunkBytes)));
  await handle.sync();
  await handle.close();
}

async function perSecond(file: string, work: () => Promise<void>): Promise<number> {
  const startMs = systemClock.monotonicMs();
  await work();
  return statSync(file).size / megabyte / ((systemClock.monotonicMs() - startMs) / 1000);
}

async function register(origin: string): Promise<string> {
  const body = { username: 'anna', email: 'anna@example.org', password: 'correct horse battery staple 7' };
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/v1/users`, { method: 'POST', headers, body: JSON.stringify(body) });
  return ((await answer.json()) as { token: string }).token;
}

interface Announced {
  mediaId: string;
  url: string;
  headers: Record<string, string>;
  mediaUrl: string;
}

async function announce(
  origin: string,
  token: string,
  contentType: string,
  sizeBytes: number,
): Promise<Announced> {
  const answer = await fetch(`${origin}/v1/uploads`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ filename: 'a', contentType, sizeBytes }),
  });
  if (answer.status !== 201)
    throw new Error(`announcing was answered with ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Announced;
}

async function uploaded(origin: string, token: string, file: string): Promise<void> {
  const { size } = statSync(file);
  const { url, headers } = await announce(origin, token, 'video/mp4', size);
  const source = createReadStream(file, { highWaterMark: chunkBytes });
  await new Promise<void>((resolve, reject) => {
    const outgoing = request(
      url,
      { method: 'PUT', headers: { ...headers, 'content-length': size } },
      (incoming) => {
        incoming.resume();
        if (incoming.statusCode === 200) incoming.on('end', resolve);
        else reject(new Error(`an upload was answered with ${incoming.statusCode}`));
      },
    );
    outgoing.on('error', reject);
    source.pipe(outgoing);
  });
}

/** The same bytes on the same disk, synced. */
async function copied(file: string, to: string): Promise<void> {
  const handle = await open(to, 'w');
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) await handle.write(chunk);
  await handle.sync();
  await handle.close();
}

interface Serving {
  origin: string;
  token: string;
  dataDir: string;
  bytes: number;
}

/** A large file among those of a picture: where it came from is nothing to whoever fetches it. */
async function serving(
  context: BenchContext,
  { origin, token, dataDir, bytes }: Serving,
): Promise<Record<'kith' | 'bare', number[]>> {
  const file = join(context.workDir, 'served.mp4');
  await writeVideoLike(file, bytes);
  const { mediaUrl, mediaId } = await announce(origin, token, 'video/mp4', bytes);
  const name = new URL(mediaUrl).pathname.split('/')[2]!;
  const run = `${mediaId}-1`;
  const blobs = await openDiskBlobs({
    folder: join(dataDir, 'blobs'),
    clock: systemClock,
    key: randomBytes(32),
  });
  await blobs.put(`media/${name.slice(0, 2)}/${name}/${run}/large.mp4`, createReadStream(file), {
    type: 'video/mp4',
  });
  const bare = await startSmallServer('bare-file.ts', file);
  try {
    const authorization = `Bearer ${token}`;
    return await alternate(Math.max(context.rounds, roundsMax), {
      kith: () =>
        perSecond(file, () => fetched(`${origin}/media/${name}/${run}/large.mp4`, { authorization })),
      bare: () => perSecond(file, () => fetched(`http://127.0.0.1:${bare.port}/`, {})),
    });
  } finally {
    await bare.stop();
    await blobs.close();
  }
}

function fetched(url: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = get(url, { headers }, (incoming) => {
      incoming.resume();
      if (incoming.statusCode === 200) incoming.on('end', resolve);
      else reject(new Error(`${url} was answered with ${incoming.statusCode}`));
    });
    outgoing.on('error', reject);
  });
}
