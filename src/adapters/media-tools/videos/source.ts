import { type MediaProbe, MediaToolsError, type WorkLimits } from '../../../ports/media-tools/media-tools.ts';
import type { MediaType } from '../sniff.ts';

/** What an engine finds in a video's headers. */
export interface VideoSource {
  file: string;
  type: MediaType;
  /** As stored, before rotation and with pixels that may not be square. */
  codedWidth: number;
  codedHeight: number;
  /** Width of a pixel over its height. */
  pixelAspect: number;
  /** The transformation to apply for showing, row by row, as in the container; undefined where there is none. */
  rotation: Rotation;
  /** 0 where the container does not say. */
  durationMs: number;
  framesPerSecond: number;
  /** Frames come at uneven distances: the mean rate would make it stutter. */
  isRateVariable: boolean;
  isInterlaced: boolean;
  colour: 'sdr' | 'pq' | 'hlg';
  /** The matrix from RGB, where the stream says. */
  hasColourMatrix: boolean;
  hasAudio: boolean;
}

/** Clockwise, in degrees, after mirroring left and right. */
export interface Rotation {
  degrees: 0 | 90 | 180 | 270;
  isMirrored: boolean;
}

/** Where a video's still is taken: early enough to be quick, late enough to be past the first black frames. */
export const posterAtMs = 1_000;

/** From the nine 16.16 numbers of a display matrix. */
export function rotationOf(matrix: readonly number[]): Rotation {
  const [a = 1, b = 0, , c = 0, d = 1] = matrix;
  const isMirrored = a * d - b * c < 0;
  const [x, y] = isMirrored ? [-a, -b] : [a, b];
  const turns = Math.round(Math.atan2(y, x) / (Math.PI / 2));
  return { degrees: ((((turns % 4) + 4) % 4) * 90) as Rotation['degrees'], isMirrored };
}

/** Its size as shown, for whom pixels are square and up is up. */
export function shownSize(source: VideoSource): { width: number; height: number } {
  const width = Math.max(1, Math.round(source.codedWidth * source.pixelAspect));
  const isTurned = source.rotation.degrees % 180 !== 0;
  return isTurned ? { width: source.codedHeight, height: width } : { width, height: source.codedHeight };
}

export function asProbe(source: VideoSource): MediaProbe {
  const { durationMs, hasAudio, type } = source;
  return { kind: 'video', type, ...shownSize(source), durationMs, hasAudio, isAnimated: false };
}

const sideMax = 16_384;

export function checkSource(source: VideoSource, limits: WorkLimits): void {
  const { codedWidth, codedHeight, durationMs } = source;
  if (codedWidth < 2 || codedHeight < 2)
    throw new MediaToolsError('damaged', `a frame of ${codedWidth}x${codedHeight} pixels`);
  const { width, height } = shownSize(source);
  if (
    Math.max(codedWidth * codedHeight, width * height) > limits.pixelsMax ||
    Math.max(width, height) > sideMax
  )
    throw new MediaToolsError('too-big', `frames of ${width}x${height} pixels`);
  if (durationMs > limits.durationMsMax) throw new MediaToolsError('too-long', `${durationMs} ms`);
}

/** What may be read: a container by the type that was sniffed, and codecs that cameras, phones and editors write. */
export const containers: Readonly<Partial<Record<MediaType, string>>> = {
  'video/mp4': 'mov',
  'video/quicktime': 'mov',
  'video/webm': 'matroska',
  'video/x-matroska': 'matroska',
  'video/x-msvideo': 'avi',
  'video/mp2t': 'mpegts',
  'video/mpeg': 'mpeg',
};

export const videoDecoders: readonly string[] = [
  'h264',
  'hevc',
  'vp8',
  'vp9',
  'libvpx',
  'libvpx-vp9',
  'av1',
  'libdav1d',
  'libaom-av1',
  'mpeg4',
  'msmpeg4v2',
  'msmpeg4',
  'mpeg2video',
  'mpeg1video',
  'h263',
  'mjpeg',
  'prores',
  'dvvideo',
  'rawvideo',
];
export const audioDecoders: readonly string[] = [
  'aac',
  'mp3',
  'mp3float',
  'mp2',
  'mp2float',
  'opus',
  'libopus',
  'vorbis',
  'libvorbis',
  'ac3',
  'eac3',
  'flac',
  'alac',
  'amrnb',
  'amrwb',
  'pcm_s16le',
  'pcm_s16be',
  'pcm_s24le',
  'pcm_s24be',
  'pcm_s32le',
  'pcm_f32le',
  'pcm_u8',
  'pcm_mulaw',
  'pcm_alaw',
  'adpcm_ms',
  'adpcm_ima_wav',
  'adpcm_ima_qt',
];
/** Streams beyond these are no camera's work. */
export const streamsMax = 64;
