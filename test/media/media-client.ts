/** Uploads as clients make them, and what is shown fetched back: from the real program, whatever engines it runs on. */
import assert from 'node:assert/strict';
import { createReadStream, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseRungPlaylist } from '../../src/adapters/media-tools/videos/playlists.ts';
import type {
  MadeFile,
  ProcessedImage,
  ProcessedVideo,
  Rendition,
} from '../../src/ports/media-tools/media-tools.ts';
import type { Person } from '../e2e/client.ts';
import { isCluster } from '../e2e/kith-process.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer that was held to its schema before.
export type MediumJson = any;

/** On a cluster originals go to an object store, where one is named. */
export const mediaEnvironment = (): Record<string, string> => {
  const names = ['KITH_S3', 'KITH_S3_ACCESS_KEY', 'KITH_S3_SECRET_KEY'];
  if (!isCluster || !process.env['KITH_S3']) return {};
  return Object.fromEntries(names.map((name) => [name, process.env[name]!]));
};

export interface Original {
  /** A path, or the bytes themselves. */
  from: string | Buffer;
  contentType: string;
  filename?: string;
  alt?: string;
}

/** Announces and sends an original. Answers what the last byte was answered with. */
export async function upload(
  person: Person,
  { from, contentType, filename = 'from-a-phone', alt }: Original,
): Promise<{ mediaId: string; mediaUrl: string; status: number; body: string }> {
  const sizeBytes = typeof from === 'string' ? statSync(from).size : from.length;
  const announced = { filename, contentType, sizeBytes, ...(alt !== undefined && { alt }) };
  const { mediaId, mediaUrl, method, url, headers } = await person.post('/v1/uploads', announced);
  const source = typeof from === 'string' ? createReadStream(from, { highWaterMark: 1 << 20 }) : from;
  const sent = await send(url, { method, headers: { ...headers, 'content-length': sizeBytes } }, source);
  return { mediaId, mediaUrl, ...sent };
}

function send(
  url: string,
  options: { method: string; headers: Record<string, string | number> },
  source: Readable | Buffer,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (incoming) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode!, body }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    if (source instanceof Readable) source.pipe(outgoing);
    else outgoing.end(source);
  });
}

const pollMs = 50;

/** Asks until the medium is ready or has failed. */
export async function settledMedium(
  person: Person,
  mediaId: string,
  {
    withinMs = 120_000,
    isEnough = isSettled,
  }: { withinMs?: number; isEnough?: (medium: MediumJson) => boolean } = {},
): Promise<MediumJson> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const medium = await person.get(`/v1/media/${mediaId}`);
    if (isEnough(medium)) return medium;
    if (performance.now() > deadline) assert.fail(`not settled in time: ${JSON.stringify(medium)}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
const isSettled = ({ state }: MediumJson) => state === 'ready' || state === 'failed';

export async function ready(person: Person, original: Original, options = {}): Promise<MediumJson> {
  const { mediaId, status, body } = await upload(person, original);
  assert.equal(status, 200, body);
  const medium = await settledMedium(person, mediaId, options);
  assert.equal(medium.state, 'ready', medium.error);
  return medium;
}

const nameOf = (url: string) => new URL(url, 'http://here').pathname.split('/').at(-1)!;

/** Fetches a file of a medium into a folder, as a browser would, without a login. */
async function fetchInto(folder: string, url: string): Promise<MadeFile> {
  const response = await fetch(url);
  assert.equal(response.status, 200, `${url} answered ${response.status}`);
  assertHarmless(response.headers);
  const data = Buffer.from(await response.arrayBuffer());
  assert.equal(data.length, Number(response.headers.get('content-length')));
  writeFileSync(join(folder, nameOf(url)), data);
  return { file: nameOf(url), type: response.headers.get('content-type')!, sizeBytes: data.length };
}

/** Whatever the bytes are, a browser that opens them runs nothing. */
export function assertHarmless(headers: Headers): void {
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'; sandbox/);
  assert.match(headers.get('cache-control') ?? '', /^(public|private), max-age=31536000, immutable$/);
  assert.match(headers.get('etag') ?? '', /^"[^"]+"$/);
  assert.equal(headers.get('accept-ranges'), 'bytes');
}

/** All that is shown of a picture, as processing told it. */
export async function fetchImage(medium: MediumJson, folder: string): Promise<ProcessedImage> {
  const variants: ProcessedImage['variants'] = [];
  for (const { url, width, height, sizeBytes, format } of medium.variants) {
    const made = await fetchInto(folder, url);
    assert.deepEqual([made.sizeBytes, made.type], [sizeBytes, `image/${format}`]);
    variants.push({ ...made, width, height });
  }
  const { width, height, placeholder: thumbhash } = medium;
  return { variants, width, height, thumbhash, isAnimated: false };
}

/** All that is shown of a video: the bare names in its playlists are followed as a player would. */
export async function fetchVideo(medium: MediumJson, folder: string): Promise<ProcessedVideo> {
  const { width, height, durationMs, placeholder: thumbhash, playlistUrl, posterUrl } = medium;
  const at = (name: string) => new URL(name, playlistUrl).href;
  const playlist = await fetchInto(folder, playlistUrl);
  const poster = { ...(await fetchInto(folder, posterUrl)), width, height };
  const main = await (await fetch(playlistUrl)).text();
  const renditions: Rendition[] = [];
  const entries = /AVERAGE-BANDWIDTH=(\d+),RESOLUTION=(\d+)x(\d+).*\n(\S+)\n/g;
  for (const [, bits, wide, high, name] of main.matchAll(entries)) {
    const text = await (await fetch(at(name!))).text();
    const { init, segments } = parseRungPlaylist(text);
    renditions.push({
      width: Number(wide),
      height: Number(high),
      bitsPerSecond: Number(bits),
      playlist: await fetchInto(folder, at(name!)),
      segments: await Promise.all(
        [init, ...segments.map(({ file }) => file)].map((each) => fetchInto(folder, at(each))),
      ),
    });
  }
  const hasAudio = main.includes('mp4a');
  return { poster, renditions, playlist, thumbhash, width, height, durationMs, hasAudio };
}
