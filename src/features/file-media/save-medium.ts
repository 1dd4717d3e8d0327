import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import { nameLike, type ShownNode, type Target } from '../files/index.ts';
import type { FileMediaDeps } from './context.ts';

export interface MediumToKeep {
  mediaId: string;
  path?: string | undefined;
  parentId?: string | undefined;
  /** Default as it was called when it was uploaded. */
  name?: string | undefined;
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

function targetOf({ path, parentId, name }: Omit<MediumToKeep, 'mediaId'> & { name: string }): Target {
  if (path !== undefined && parentId !== undefined) {
    throw invalid('path', 'Either a path, or a folder and a name.');
  }
  if (parentId !== undefined) return { parentId, name };
  if (path === undefined) throw invalid('path', 'Say where: `path`, or `parentId`.');
  return { path };
}
