import { failureTexts, type MediaKind } from '../../ports/media-tools/media-tools.ts';
import type { FailureReason, Media } from './media.ts';

/** Media of the interface. */
export interface MediaJson {
  id: string;
  kind: MediaKind;
  state: 'awaiting-upload' | 'processing' | 'ready' | 'failed';
  /** While processing. */
  progress?: number;
  /** Why it failed, in plain words. */
  error?: string;
  width: number | null;
  height: number | null;
  durationMs?: number;
  /** A thumbhash in base64. */
  placeholder: string | null;
  alt: string;
  variants: { url: string; width: number; height: number; format: string; sizeBytes: number }[];
  playlistUrl?: string;
  posterUrl?: string;
}

/** Makes the address of a file of a medium, signed where that is needed. */
export type AddressOf = (medium: Media, run: string, file: string) => string;

const reasons: Readonly<Record<FailureReason, string>> = {
  ...failureTexts,
  mismatch: 'The file that arrived is not the one that was announced. Try uploading it again.',
  'not-prepared': 'This could not be prepared for showing. Nothing is wrong with the file; try again later.',
};

export const reasonFor = (failure: FailureReason | null): string => reasons[failure ?? 'not-prepared'];
export const reasonOf = ({ failure }: Media): string => reasonFor(failure);

/** `progress` is told where it is known. */
export function presentMedia(medium: Media, progress: number | undefined, addressOf: AddressOf): MediaJson {
  const { id, kind, state, alt, shown } = medium;
  if (state === 'deleted') throw new Error(`the deleted medium ${id} is to be shown`);
  const at = (file: string) => addressOf(medium, shown!.run, file);
  return {
    id,
    kind,
    state,
    ...(state === 'processing' && progress !== undefined && { progress }),
    ...(state === 'failed' && { error: reasonOf(medium) }),
    width: shown?.width ?? null,
    height: shown?.height ?? null,
    ...(shown?.durationMs != null && { durationMs: shown.durationMs }),
    placeholder: shown?.thumbhash ?? null,
    alt,
    variants: (shown?.variants ?? []).map(({ file, type, width, height, sizeBytes }) => ({
      url: at(file),
      width,
      height,
      format: type.slice(type.indexOf('/') + 1),
      sizeBytes,
    })),
    ...(shown?.playlist && { playlistUrl: at(shown.playlist) }),
    ...(shown?.poster && { posterUrl: at(shown.poster) }),
  };
}
