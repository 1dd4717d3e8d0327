/** Files that come and go in one request. */
import type { Principal } from '../../lib/principal.ts';
import type { ByteRange } from '../../ports/blobs/blobs.ts';
import type { FreshContent, NamedChunk, OpenedContent } from '../contents/index.ts';
import type { Expected, Moment, ShownNode, Target, Who } from '../files/index.ts';
import { StaleBase, versionIdOf } from '../files/index.ts';
import type { TransfersDeps } from './context.ts';
import { tooLarge } from './resumable-uploads.ts';

export interface FileWish extends PlaceWish {
  modifiedAtMs?: number | undefined;
  /**
   * Asked where something else is there than was expected: what is wished now, for the bytes that came already. Without
   * it, and where it refuses, so is the write.
   */
  lookAgain?: (() => Promise<PlaceWish>) | undefined;
}

export interface PlaceWish extends Pick<Expected, 'baseVersionId' | 'isNew'> {
  target: Target;
}

/** How often a write looks at what is there, where that goes on changing. */
const looksMax = 4;

export interface WrittenFile {
  node: ShownNode;
  isNew: boolean;
}

/** `source` is not touched where the write is refused beforehand. */
export async function putFile(
  deps: TransfersDeps,
  who: Principal,
  wish: FileWish,
  source: AsyncIterable<Uint8Array>,
  told: { sizeBytes?: number | undefined; sha256?: string | undefined },
): Promise<WrittenFile> {
  return writeChecked(deps, who, wish, (bytesMax) => {
    if (told.sizeBytes !== undefined && told.sizeBytes > bytesMax) throw tooLarge(bytesMax);
    return deps.contents.place(who.userId, source, { bytesMax, ...told });
  });
}

export async function makeOfChunks(
  deps: TransfersDeps,
  who: Principal,
  wish: FileWish,
  chunks: readonly NamedChunk[],
): Promise<WrittenFile> {
  return writeChecked(deps, who, wish, (bytesMax) =>
    deps.contents.fromChunks(who.userId, chunks, { bytesMax }),
  );
}

async function writeChecked(
  { files }: TransfersDeps,
  who: Principal,
  { modifiedAtMs, lookAgain, ...first }: FileWish,
  store: (bytesMax: number) => Promise<FreshContent>,
): Promise<WrittenFile> {
  let wish: PlaceWish = first;
  let content: FreshContent | undefined;
  for (let look = 1; ; look++) {
    const { target, baseVersionId, isNew } = wish;
    try {
      const { bytesMax, checked } = await files.checkWrite(who, target, { baseVersionId, isNew });
      content ??= await store(bytesMax);
      return await files.write(who, target, { content, baseVersionId, isNew, modifiedAtMs, checked });
    } catch (error) {
      if (!(error instanceof StaleBase) || !lookAgain || look >= looksMax) throw error;
      wish = await lookAgain();
    }
  }
}

export interface FoundFile {
  name: string;
  contentId: string;
  sizeBytes: number;
  versionId: string;
}

/** A file as it was shown, found. */
export const foundFile = ({ entry }: ShownNode): FoundFile => ({
  name: entry!.name,
  contentId: entry!.content!.id,
  sizeBytes: entry!.content!.sizeBytes,
  versionId: versionIdOf(entry!.version),
});

export async function findFile(
  { files }: TransfersDeps,
  who: Who,
  id: string,
  versionId?: string,
): Promise<FoundFile> {
  const { node, content, version } = await files.readable(who, { id }, versionId);
  return {
    name: node.entry!.name,
    contentId: content.id,
    sizeBytes: content.sizeBytes,
    versionId: versionIdOf(version),
  };
}

/** A file of one's own as it was, whatever became of it since. */
export async function findPastFile(
  { files }: TransfersDeps,
  who: Principal,
  moment: Moment,
  path: string,
): Promise<FoundFile> {
  const { entry, content } = await files.readablePast(who, moment, path);
  return {
    name: entry.name,
    contentId: content.id,
    sizeBytes: content.sizeBytes,
    versionId: versionIdOf(entry.version),
  };
}

export const openFile = (
  { contents }: TransfersDeps,
  { contentId }: FoundFile,
  range?: ByteRange,
): Promise<OpenedContent> => contents.open(contentId, { range });
