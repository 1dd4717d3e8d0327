import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MediaToolsError } from '../../../ports/media-tools/media-tools.ts';
import { sharp } from './sharp-engine.ts';

interface HeicImage {
  width: number;
  height: number;
  decode(): Promise<{ width: number; height: number; data: Uint8ClampedArray }>;
}
interface HeicDecode {
  all(input: { buffer: Uint8Array }): Promise<HeicImage[] & { dispose(): void }>;
}
let loaded: HeicDecode | undefined;
// It has no types and is a megabyte of WebAssembly: loaded when the first such picture comes.
function heicDecode(): HeicDecode {
  loaded ??= createRequire(import.meta.url)('heic-decode') as HeicDecode;
  return loaded;
}

/** It is read whole; cameras' files have a few. */
const fileBytesMax = 128 * 1024 * 1024;

/** Size as shown: the format's own rotation is applied, its EXIF orientation does not count. */
export async function heicSize(file: string): Promise<{ width: number; height: number }> {
  return withImage(file, ({ width, height }) => Promise.resolve({ width, height }));
}

/**
 * The pixels as an uncompressed TIFF, since that can carry the colour profile with them; in a file, so that they are
 * not held while they are worked on. The caller removes it.
 */
export async function heicAsTiff(file: string, pixelsMax: number): Promise<string> {
  const icc = await colourProfile(file);
  return withImage(file, async (image) => {
    if (image.width * image.height > pixelsMax)
      throw new MediaToolsError('too-big', `${image.width}x${image.height} pixels`);
    const { width, height, data } = await image.decode();
    const made = join(await mkdtemp(join(tmpdir(), 'heic-')), 'pixels.tiff');
    await writeFile(made, [tiffHead(width, height, icc), data]);
    return made;
  });
}

async function withImage<Made>(file: string, use: (image: HeicImage) => Promise<Made>): Promise<Made> {
  const { size } = await stat(file);
  if (size > fileBytesMax) throw new MediaToolsError('too-big', `${size} bytes of HEIC`);
  let images: Awaited<ReturnType<HeicDecode['all']>>;
  try {
    images = await heicDecode().all({ buffer: await readFile(file) });
  } catch (error) {
    throw new MediaToolsError('damaged', (error as Error).message, { cause: error });
  }
  try {
    return await use(images[0]!);
  } catch (error) {
    if (error instanceof MediaToolsError) throw error;
    throw new MediaToolsError('damaged', (error as Error).message, { cause: error });
  } finally {
    images.dispose();
  }
}

/** libvips cannot decode the pixels, but reads the header. */
async function colourProfile(file: string): Promise<Buffer | undefined> {
  const found = await sharp(file, { limitInputPixels: false })
    .metadata()
    .catch(() => undefined);
  return found?.icc;
}

const short = 3;
const long = 4;
const undefinedBytes = 7;

/** One strip of 8-bit RGBA follows the head. */
function tiffHead(width: number, height: number, icc: Buffer | undefined): Buffer {
  const entriesCount = icc ? 12 : 11;
  const ifdBytes = 2 + entriesCount * 12 + 4;
  const bitsAt = 8 + ifdBytes;
  const iccAt = bitsAt + 8;
  const pixelsAt = iccAt + (icc?.length ?? 0) + ((icc?.length ?? 0) % 2);
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, long, 1, width],
    [257, long, 1, height],
    [258, short, 4, bitsAt],
    [259, short, 1, 1],
    [262, short, 1, 2],
    [273, long, 1, pixelsAt],
    [277, short, 1, 4],
    [278, long, 1, height],
    [279, long, 1, width * height * 4],
    [284, short, 1, 1],
    // The fourth sample is alpha, not multiplied in.
    [338, short, 1, 2],
  ];
  if (icc) entries.push([34675, undefinedBytes, icc.length, iccAt]);
  const head = Buffer.alloc(pixelsAt);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entriesCount, 8);
  entries.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count, at + 4);
    head.writeUInt32LE(value, at + 8);
  });
  for (let sample = 0; sample < 4; sample++) head.writeUInt16LE(8, bitsAt + sample * 2);
  icc?.copy(head, iccAt);
  return head;
}
