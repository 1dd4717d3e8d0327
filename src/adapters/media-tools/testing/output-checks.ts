/** What must hold of everything that is made. For tests. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AV_PKT_FLAG_KEY } from 'node-av/constants';
import { FormatContext, Packet } from 'node-av/lib';
import sharp from 'sharp';
import type { ProcessedImage, ProcessedVideo, Rendition } from '../../../ports/media-tools/media-tools.ts';
import { checked } from '../videos/built-in/failures.ts';
import { boxesAt, boxesOf } from '../videos/mp4-boxes.ts';
import { parseRungPlaylist } from '../videos/playlists.ts';
import { tellTales } from './sample-images.ts';

/** Words that a program writes into its own output are looked for only where they would tell of the original. */
export function assertTellsNothing(
  folder: string,
  words: readonly string[] = [...tellTales, 'PAYLOAD'],
): void {
  for (const file of readdirSync(folder)) {
    const data = readFileSync(join(folder, file));
    for (const word of words) assert.ok(!data.includes(word), `${file} contains ${word}`);
  }
}

/** Sizes are as said, files are whole, and nothing but pixels is in them. */
export async function assertCleanImage(made: ProcessedImage, folder: string): Promise<void> {
  assertTellsNothing(folder);
  assert.deepEqual(readdirSync(folder).sort(), made.variants.map(({ file }) => file).sort());
  assert.ok(Buffer.from(made.thumbhash, 'base64').length >= 5);
  for (const variant of made.variants) {
    const data = readFileSync(join(folder, variant.file));
    assert.match(variant.file, /^[a-z0-9.-]+$/);
    assert.equal(data.length, variant.sizeBytes);
    const found = await sharp(data).metadata();
    assert.equal(found.width, variant.width);
    assert.equal(found.pageHeight ?? found.height, variant.height);
    assert.equal(found.format === 'heif' ? 'avif' : found.format, variant.type.slice('image/'.length));
    for (const part of ['exif', 'xmp', 'iptc', 'icc', 'orientation', 'comments'] as const)
      assert.equal(found[part], undefined, `${variant.file} has ${part}`);
    assert.equal(found.space, 'srgb');
    assertOnlyPictureParts(data, variant.type);
  }
}

/** The colours in the middle of `fourFields`. */
export async function fieldColours(image: string): Promise<number[][]> {
  const { data, info } = await sharp(image).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => {
    const start = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * info.channels;
    return [...data.subarray(start, start + 3)];
  };
  return [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)];
}

export function assertLooksLike(
  found: readonly number[][],
  wanted: readonly (readonly number[])[],
  tolerance: number,
): void {
  const off = found.flatMap((colour, index) =>
    colour.map((value, part) => Math.abs(value - wanted[index]![part]!)),
  );
  assert.ok(Math.max(...off) <= tolerance, `${JSON.stringify(found)} for ${JSON.stringify(wanted)}`);
}

/** By the container's own structure: libvips might not see what it does not know. */
function assertOnlyPictureParts(data: Buffer, type: string): void {
  if (type === 'image/webp') {
    const allowed = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF'];
    for (let at = 12; at + 8 <= data.length; ) {
      const name = data.toString('latin1', at, at + 4);
      assert.ok(allowed.includes(name), `chunk ${name}`);
      const size = data.readUInt32LE(at + 4);
      at += 8 + size + (size % 2);
    }
  } else if (type === 'image/avif') {
    assert.deepEqual(
      boxesOf(data)
        .map((box) => box.type)
        .sort(),
      ['ftyp', 'mdat', 'meta'],
    );
    const items = boxesAt(data, ['meta', 'iinf']).join('');
    assert.ok(!/Exif|mime/.test(items), items);
  }
}

interface VideoExpectations {
  seconds: number;
  hasAudio?: boolean;
  /** How far the sum of the segments may be from `seconds`. */
  toleranceSeconds?: number;
}

/** The playlists are whole, say what is there, and a player may change between rungs at every segment. */
export function assertPlayable(made: ProcessedVideo, folder: string, expected: VideoExpectations): void {
  const { seconds, hasAudio = true, toleranceSeconds = 0.25 } = expected;
  assert.equal(made.hasAudio, hasAudio);
  const main = readFileSync(join(folder, made.playlist.file), 'utf8');
  assert.match(main, /^#EXTM3U\n/);
  const starts = made.renditions.map((rendition) => {
    const entry = new RegExp(
      `#EXT-X-STREAM-INF:BANDWIDTH=\\d+,AVERAGE-BANDWIDTH=\\d+,RESOLUTION=${rendition.width}x${rendition.height},` +
        `FRAME-RATE=[\\d.]+,CODECS="avc1\\.64[0-9a-f]{4}${hasAudio ? ',mp4a\\.40\\.2' : ''}"\\n${rendition.playlist.file}\\n`,
    );
    assert.match(main, entry);
    return segmentStarts(rendition, folder, { seconds, toleranceSeconds });
  });
  for (const other of starts)
    assert.deepEqual(other, starts[0], 'segments of all rungs begin at the same moments');
  assertTellsNothing(folder);
}

function segmentStarts(
  rendition: Rendition,
  folder: string,
  { seconds, toleranceSeconds }: { seconds: number; toleranceSeconds: number },
): number[] {
  const text = readFileSync(join(folder, rendition.playlist.file), 'utf8');
  const playlist = parseRungPlaylist(text);
  assert.ok(playlist.isWhole);
  const named = [playlist.init, ...playlist.segments.map(({ file }) => file)];
  assert.deepEqual(
    named,
    rendition.segments.map(({ file }) => file),
  );
  const total = playlist.segments.reduce((sum, segment) => sum + segment.seconds, 0);
  assert.ok(Math.abs(total - seconds) <= toleranceSeconds, `${total} s of segments for ${seconds} s`);
  for (const segment of playlist.segments) assert.ok(Math.round(segment.seconds) <= playlist.targetSeconds);
  for (const segment of playlist.segments.slice(0, -1)) assert.ok(Math.abs(segment.seconds - 4) < 0.1);
  const init = readFileSync(join(folder, playlist.init));
  return playlist.segments.map(({ file }) => firstKeyframe(init, readFileSync(join(folder, file))));
}

/** Time of a segment's first frame, which must be a keyframe that FFmpeg can read with nothing but the header. */
function firstKeyframe(init: Buffer, segment: Buffer): number {
  const file = join(mkdtempSync(join(tmpdir(), 'kith-segment-')), 'segment.mp4');
  writeFileSync(file, Buffer.concat([init, segment]));
  const context = new FormatContext();
  checked(context.openInputSync(file, null, null), 'open a segment');
  checked(context.findStreamInfoSync(null), 'look into a segment');
  const packet = new Packet();
  packet.alloc();
  try {
    while (context.readFrameSync(packet) >= 0) {
      const stream = context.streams[packet.streamIndex]!;
      const { width } = stream.codecpar;
      if (width > 0) {
        assert.ok((packet.flags & AV_PKT_FLAG_KEY) !== 0, 'a segment begins with a keyframe');
        const { num, den } = stream.timeBase;
        return Math.round((Number(packet.pts) * num * 100) / den) / 100;
      }
      packet.unref();
    }
    return assert.fail('a segment without pictures');
  } finally {
    packet.free();
    context.closeInputSync();
    rmSync(dirname(file), { recursive: true });
  }
}
