/** How the hostile files are made, byte by byte. */
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { box, full, u32 } from './sample-images.ts';

export const readBack = (file: string): Buffer => readFileSync(file);

/** The same bytes each time. */
export function noise(length: number): Buffer {
  const made = Buffer.alloc(length);
  let state = 7;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    made[at] = state >>> 24;
  }
  return made;
}

/** One byte in fifty is another, but for the first ones. */
export function scrambled(data: Buffer): Buffer {
  const made = Buffer.from(data);
  const dice = noise(data.length);
  for (let at = 64; at < made.length; at++) if (dice[at]! < 5) made[at] = dice[(at * 31) % dice.length]!;
  return made;
}

const pngHead = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), body]);
  return Buffer.concat([u32(body.length), named, u32(crc32(named))]);
}

/** Puts a chunk behind the header of a PNG. */
export const withChunk = (png: Buffer, type: string, body: Buffer): Buffer =>
  Buffer.concat([png.subarray(0, 33), chunk(type, body), png.subarray(33)]);

/** A greyscale PNG of this size, whose data has `rows` of it. */
export function pngClaiming(width: number, height: number, rows: number): Buffer {
  const header = Buffer.concat([u32(width), u32(height), Buffer.from([1, 0, 0, 0, 0])]);
  const rowBytes = Math.min(Math.ceil(width / 8) + 1, 10_000);
  const data = deflateSync(Buffer.alloc(rowBytes * Math.min(rows, 50_000)), { level: 9 });
  return Buffer.concat([pngHead, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** 256 MiB of one letter, packed. */
export const textBomb = (): Buffer =>
  Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(256 * 1024 * 1024, 65), { level: 9 })]);

export async function jpegClaiming(width: number, height: number): Promise<Buffer> {
  const jpeg = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#123' } })
    .jpeg()
    .toBuffer();
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  jpeg.writeUInt16BE(height, frame + 5);
  jpeg.writeUInt16BE(width, frame + 7);
  return jpeg;
}

export function gifClaiming(width: number, height: number): Buffer {
  const side = (value: number) => Buffer.from([value & 255, value >> 8]);
  const size = Buffer.concat([side(width), side(height)]);
  const palette = Buffer.from('800000000000ffffff', 'hex');
  const frame = Buffer.concat([Buffer.from('2c00000000', 'hex'), size, Buffer.from('00024401003b', 'hex')]);
  return Buffer.concat([Buffer.from('GIF89a'), size, palette, frame]);
}

/** Repeats the one frame of a GIF. */
export function manyFrames(gif: Buffer, times: number): Buffer {
  const frameAt = gif.indexOf(Buffer.from('21f904', 'hex'));
  const frame = gif.subarray(frameAt, -1);
  return Buffer.concat([gif.subarray(0, frameAt), ...Array<Buffer>(times).fill(frame), Buffer.from([0x3b])]);
}

export async function webpClaiming(width: number, height: number): Promise<Buffer> {
  const webp = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#123' } })
    .webp()
    .toBuffer();
  const at = webp.indexOf(Buffer.from('9d012a', 'hex'));
  webp.writeUInt16LE(width, at + 3);
  webp.writeUInt16LE(height, at + 5);
  return webp;
}

export function tiffClaiming(width: number, height: number): Buffer {
  const entries: [number, number, number, number][] = [
    [256, 4, 1, width],
    [257, 4, 1, height],
    [258, 3, 1, 8],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 4, 1, 8],
    [277, 3, 1, 1],
    [278, 4, 1, height],
    [279, 4, 1, width * height],
  ];
  const made = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  made.write('II*\0', 'latin1');
  made.writeUInt32LE(8, 4);
  made.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, count, value], index) => {
    made.writeUInt16LE(tag, 10 + index * 12);
    made.writeUInt16LE(type, 12 + index * 12);
    made.writeUInt32LE(count, 14 + index * 12);
    made.writeUInt32LE(value, 18 + index * 12);
  });
  return made;
}

/** Of AVIF and HEIC: the size in the header is another. */
export function heifClaiming(file: Buffer, side: number): Buffer {
  const made = Buffer.from(file);
  for (let at = made.indexOf('ispe'); at >= 0; at = made.indexOf('ispe', at + 4)) {
    made.writeUInt32BE(side, at + 8);
    made.writeUInt32BE(side, at + 12);
  }
  return made;
}

function changed(file: Buffer, type: string, change: (body: Buffer) => void): Buffer {
  const made = Buffer.from(file);
  for (let at = made.indexOf(type); at >= 0; at = made.indexOf(type, at + 4)) change(made.subarray(at + 4));
  return made;
}

/** The times of its frames lie so far apart that it lasts this many times longer, and its headers say so. */
export function stretched(mp4: Buffer, times: number): Buffer {
  const longer = (body: Buffer, at: number) => body.writeUInt32BE(body.readUInt32BE(at) * times, at);
  const spread = changed(mp4, 'stts', (body) => {
    for (let entry = 0; entry < body.readUInt32BE(4); entry++) longer(body, 12 + entry * 8);
  });
  return changed(
    changed(spread, 'elst', (body) => longer(body, 8)),
    'mvhd',
    (body) => longer(body, 16),
  );
}

export function withFrameSize(mp4: Buffer, width: number, height: number): Buffer {
  return changed(mp4, 'avc1', (body) => {
    if (body.length < 30) return;
    body.writeUInt16BE(width, 24);
    body.writeUInt16BE(height, 26);
  });
}

/** The table of sample sizes claims a billion of one size. */
export const withSampleCount = (mp4: Buffer, count: number): Buffer =>
  changed(
    changed(mp4, 'stsz', (body) => body.writeUInt32BE(count, 8)),
    'stts',
    (body) => body.writeUInt32BE(count, 8),
  );

export function deepBoxes(): Buffer {
  let inner: Buffer = Buffer.alloc(0);
  for (let depth = 0; depth < 2_000; depth++) inner = box('moov', box('trak', inner));
  return Buffer.concat([box('ftyp', Buffer.from('isom'), u32(0)), inner]);
}

/** Its pictures are said to lie in another file of the machine. */
export function outsideReference(mp4: Buffer): Buffer {
  const self = Buffer.concat([u32(12), Buffer.from('url '), Buffer.from([0, 0, 0, 1])]);
  const at = mp4.indexOf(self);
  const outside = full('url ', 0, Buffer.from('file:///etc/passwd\0'));
  return at < 0 ? mp4 : Buffer.concat([mp4.subarray(0, at), outside, mp4.subarray(at + self.length)]);
}
