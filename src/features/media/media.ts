import type { Id } from '../../lib/ids.ts';
import type { MediaFailure, MediaKind } from '../../ports/media-tools/media-tools.ts';

export type { MediaKind } from '../../ports/media-tools/media-tools.ts';

/** `deleted`: shown to nobody; its blobs go soon. */
export type MediaState = 'awaiting-upload' | 'processing' | 'ready' | 'failed' | 'deleted';

/** Why a medium failed: the original's own fault, other bytes than announced, or ours. */
export type FailureReason = Exclude<MediaFailure, 'interrupted'> | 'mismatch' | 'not-prepared';

export interface Variant {
  file: string;
  type: string;
  width: number;
  height: number;
  sizeBytes: number;
}

/** What processing made, in blobs under `folderOf(medium)`. */
export interface Shown {
  /** Differs for each try, so that what was once shown under an address is never replaced. */
  run: string;
  width: number;
  height: number;
  durationMs: number | null;
  isAnimated: boolean;
  hasAudio: boolean;
  thumbhash: string;
  variants: Variant[];
  poster: string | null;
  playlist: string | null;
}

/** What a medium belongs to; what belongs to nothing goes after a while. */
export interface MediaUse {
  kind: 'post' | 'avatar';
  /** The post or the account. */
  id: Id;
}

export interface Media {
  id: Id;
  ownerId: Id;
  state: MediaState;
  /** As claimed until the bytes are there; then as they say. */
  kind: MediaKind;
  type: string;
  filename: string;
  sizeBytes: number;
  /** Hex, as the client told. */
  sha256: string | null;
  alt: string;
  /** Random, of this medium alone and never used again: its part of every delivery address. */
  name: string;
  /** The original's blob. */
  original: string;
  /** The address given out as `mediaUrl`. */
  issuedUrl: string;
  createdAtMs: number;
  uploadExpiresAtMs: number;
  arrivedAtMs: number | null;
  failure: FailureReason | null;
  /** Set as soon as it can be shown whole: of a video when poster and first rung are there. */
  shown: Shown | null;
  uses: MediaUse[];
}

export const usesMax = 50;
export const uploadBytesMax = 1_000_000_000;
export const imageBytesMax = 100_000_000;
export const uploadExpiresInMs = 5 * 60_000;
export const altBytesMax = 1_000;
export const filenameBytesMax = 255;
/** A medium that belongs to nothing goes after so long. */
export const unusedGraceMs = 24 * 3_600_000;
/** Longer than a signed upload lives. */
export const deletedGraceMs = 2 * uploadExpiresInMs;

/** What can be uploaded, as people's devices make it. */
export const acceptedTypes: Readonly<Record<string, MediaKind>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'image/apng': 'image',
  'image/webp': 'image',
  'image/gif': 'image',
  'image/avif': 'image',
  'image/heic': 'image',
  'image/heif': 'image',
  'image/heic-sequence': 'image',
  'image/heif-sequence': 'image',
  'image/tiff': 'image',
  'video/mp4': 'video',
  'video/x-m4v': 'video',
  'video/quicktime': 'video',
  'video/webm': 'video',
  'video/matroska': 'video',
  'video/x-matroska': 'video',
  'video/3gpp': 'video',
  'video/mpeg': 'video',
  'video/mp2t': 'video',
  'video/x-msvideo': 'video',
  'video/vnd.avi': 'video',
};

export const bytesMaxOf = (kind: MediaKind): number => (kind === 'image' ? imageBytesMax : uploadBytesMax);

/** Where what is shown of a medium lies: two letters first, so that no folder holds too many. */
export const blobsOf = (name: string): string => `media/${name.slice(0, 2)}/${name}`;
export const blobOf = (name: string, run: string, file: string): string => `${blobsOf(name)}/${run}/${file}`;
export const originalOf = (id: Id, random: string): string =>
  `originals/${random.slice(0, 2)}/${id}-${random}`;

const originalPattern = /^originals\/[0-9a-z]{2}\/([0-9a-z]{11})-[0-9a-z]+$/;
/** Whose original lies under that name, if it is the name of one. */
export const mediaIdOfOriginal = (name: string): Id | undefined => originalPattern.exec(name)?.[1];
