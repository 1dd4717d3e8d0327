/** Hints, with the content's id as key: `content.stored` {contentId}, `content.verified` {contentId, sha256}, `content.removed` {contentId}. */
export {
  type Content,
  type Contents,
  checkedAppendBytesMax,
  chunkBytesMax,
  chunksAskedMax,
  chunksNamedMax,
  heldMs,
  type NamedChunk,
  type OpenedContent,
  type StoreOptions,
  sessionMs,
  type UploadSession,
  useCharactersMax,
} from './contents.ts';
