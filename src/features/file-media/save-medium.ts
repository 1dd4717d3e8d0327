import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { nameLike, type SaidPlace, type ShownNode, targetOf } from '../files/index.ts';
import type { FileMediaDeps } from './context.ts';

/** The name is by default what it was called when it was uploaded. */
export interface MediumToKeep extends SaidPlace {
  mediaId: string;
}

/** Makes a file of one's own medium, of the very bytes that were uploaded. */
export async function saveMediumAsFile(
  { files, contents, media }: FileMediaDeps,
  principal: Principal,
  { mediaId, path, parentId, name }: MediumToKeep,
  claim?: IdempotencyClaim,
): Promise<ShownNode> {
  const { medium, open } = await media.openOriginal(principal, mediaId);
  const target = targetOf({ path, parentId, name: name ?? nameLike(medium.filename) });
  const expected = { takesFreeName: true };
  const { bytesMax } = await files.checkWrite(principal, target, expected);
  const { sizeBytes, sha256 } = medium;
  const content = await contents.store(principal.userId, await open(), {
    bytesMax,
    sizeBytes,
    ...(sha256 !== null && { sha256 }),
  });
  const { node } = await files.write(principal, target, { content, claim, ...expected });
  return node;
}
