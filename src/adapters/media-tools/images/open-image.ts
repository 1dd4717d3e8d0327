import { type MediaProbe, MediaToolsError, type WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';
import { heicAsTiff, heicSize } from './heic.ts';
import { imageFailure, inputOptions, type Sharp, sharp } from './sharp-engine.ts';

/** All frames of an animation together may have this many times the pixels of one picture: they are decoded one by one. */
const animationPixelsFactor = 8;
export const animationFramesMax = 2_000;

export interface ImageHeader extends MediaProbe {
  kind: 'image';
  hasAlpha: boolean;
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
    hasAlpha: true,
  };
}

async function vipsHeader(file: string, type: MediaType, limits: WorkLimits): Promise<ImageHeader> {
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
    hasAlpha: found.hasAlpha ?? false,
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
export async function openStill(file: string, type: MediaType, limits: WorkLimits): Promise<Sharp> {
  const input = type === 'image/heic' ? await heicAsTiff(file, limits.pixelsMax) : file;
  return upright(sharp(input, inputOptions(limits.pixelsMax)));
}

/** All frames. */
export const openAnimation = (file: string, limits: WorkLimits): Sharp =>
  upright(sharp(file, { ...inputOptions(limits.pixelsMax * animationPixelsFactor), animated: true }));

const upright = (image: Sharp): Sharp => image.autoOrient().toColourspace('srgb');
