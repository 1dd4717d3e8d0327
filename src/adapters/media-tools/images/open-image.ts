import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type MediaProbe, MediaToolsError, type WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';
import { heicAsTiff, heicSize } from './heic.ts';
import { imageFailure, inputOptions, type Sharp, sharp } from './sharp-engine.ts';

/** All frames of an animation together may have this many times the pixels of one picture: they are decoded one by one. */
const animationPixelsFactor = 4;
export const animationFramesMax = 2_000;

export interface ImageHeader extends MediaProbe {
  kind: 'image';
  /** 16 bits a sample. */
  isDeep: boolean;
}

/** Reads the header and refuses what is beyond the limits, before any pixel is decoded. */
export async function readHeader(file: string, type: MediaType, limits: WorkLimits): Promise<ImageHeader> {
  const header = type === 'image/heic' ? await heicHeader(file) : await vipsHeader(file, type, limits);
  const pixels = header.width * header.height;
  if (pixels > limits.pixelsMax)
    throw new MediaToolsError('too-big', `${header.width}x${header.height} pixels`);
  return header;
}

async function heicHeader(file: string): Promise<ImageHeader> {
  const { width, height } = await heicSize(file);
  return {
    kind: 'image',
    type: 'image/heic',
    width,
    height,
    isAnimated: false,
    hasAudio: false,
    isDeep: false,
  };
}

async function vipsHeader(file: string, type: MediaType, limits: WorkLimits): Promise<ImageHeader> {
  if (type === 'image/webp') await checkWebpCanvas(file, limits.pixelsMax);
  // Our own limit comes after this, with a message of its own.
  const found = await sharp(file, { ...inputOptions(limits.pixelsMax), limitInputPixels: false })
    .metadata()
    .catch((error) => {
      throw imageFailure(error);
    });
  const { width, height } = found.autoOrient;
  const frames = found.pages ?? 1;
  const isAnimated = frames > 1 && (type === 'image/gif' || type === 'image/webp');
  const header: ImageHeader = {
    kind: 'image',
    type,
    width,
    height,
    isAnimated,
    hasAudio: false,
    isDeep: found.depth === 'ushort',
  };
  if (!isAnimated) return header;
  if (frames > animationFramesMax || width * height * frames > limits.pixelsMax * animationPixelsFactor)
    throw new MediaToolsError('too-big', `${frames} frames of ${width}x${height} pixels`);
  const durationMs = (found.delay ?? []).reduce((sum, delay) => sum + delay, 0);
  if (durationMs > limits.durationMsMax)
    throw new MediaToolsError('too-long', `${durationMs} ms of animation`);
  return { ...header, durationMs };
}

/** The first frame, or the only one; turned upright, in sRGB. */
export async function withStill<Made>(
  file: string,
  { type, isDeep }: ImageHeader,
  limits: WorkLimits,
  use: (still: Sharp) => Promise<Made>,
): Promise<Made> {
  const unpacked = type === 'image/heic' ? await heicAsTiff(file, limits.pixelsMax) : undefined;
  try {
    const image = upright(sharp(unpacked ?? file, inputOptions(limits.pixelsMax)));
    // Without this sharp leaves deep pictures that have a profile in the numbers of Display P3.
    return await use(isDeep ? image.pipelineColourspace('srgb') : image);
  } finally {
    if (unpacked) await rm(dirname(unpacked), { recursive: true, force: true });
  }
}

/** All frames. */
export const openAnimation = (file: string, limits: WorkLimits): Sharp =>
  upright(sharp(file, { ...inputOptions(limits.pixelsMax * animationPixelsFactor), animated: true }));

const upright = (image: Sharp): Sharp => image.autoOrient().toColourspace('srgb');

/** libvips takes memory for all of a WebP's canvas to read its header; so it is looked at before. */
async function checkWebpCanvas(file: string, pixelsMax: number): Promise<void> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(30);
    await handle.read(head, 0, head.length, 0);
    const [width, height] = webpCanvas(head);
    if (width * height > pixelsMax) throw new MediaToolsError('too-big', `${width}x${height} pixels`);
  } finally {
    await handle.close();
  }
}

/** The three forms of a first chunk: extended, lossless, lossy. */
function webpCanvas(head: Buffer): [width: number, height: number] {
  const form = head.toString('latin1', 12, 16);
  if (form === 'VP8X') return [head.readUIntLE(24, 3) + 1, head.readUIntLE(27, 3) + 1];
  if (form === 'VP8L') {
    const bits = head.readUInt32LE(21);
    return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
  }
  return [head.readUInt16LE(26) & 0x3fff, head.readUInt16LE(28) & 0x3fff];
}
