/** Hints, with the content's id as key: `content.stored` {contentId} where no other commit wrote it, `content.verified` {contentId, sha256}, `content.removed` {contentId}. */

export type { CollectProgress } from './collect.ts';
export { createContentSteps } from './content-steps.ts';
export {
  type Content,
  type ContentRows,
  type Contents,
  checkedAppendBytesMax,
  chunkBytesMax,
  chunksAskedMax,
  chunksNamedMax,
  type FreshContent,
  heldMs,
  type NamedChunk,
  type OpenedContent,
  type PartChecksum,
  type StoreOptions,
  sessionMs,
  type UploadSession,
  useCharactersMax,
} from './contents.ts';
export type { ContentsDeps } from './context.ts';
export { type ContentsFeature, createContents } from './create-contents.ts';
export type { DamagedChunk, ScrubProgress } from './scrub.ts';
