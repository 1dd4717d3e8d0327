import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import type { Media } from '../media/index.ts';
import type { FileMediaDeps } from './context.ts';

export interface FileToShow {
  fileId: string;
  /** Default the current one. */
  versionId?: string | undefined;
  alt?: string | undefined;
  /** Makes the address that stands for the medium from its path. */
  issue: (path: string) => string;
}

/** Makes a photo or video in Files a medium of whoever asks, who may read the file. */
export async function makeMediumOfFile(
  { files, contents, media }: FileMediaDeps,
  principal: Principal,
  { fileId, versionId, alt, issue }: FileToShow,
  claim?: IdempotencyClaim,
): Promise<Media> {
  const { node, content } = await files.readable(principal, { id: fileId }, versionId);
  return media.takeOriginal(
    principal,
    {
      field: 'fileId',
      filename: node.entry!.name,
      sizeBytes: content.sizeBytes,
      sha256: content.sha256 ?? undefined,
      alt,
      issue,
      open: async () => (await contents.open(content.id)).body,
    },
    claim,
  );
}
