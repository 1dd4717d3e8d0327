/** Files that come and go in one request. */
import type { Principal } from '../../lib/principal.ts';
import type { ByteRange } from '../../ports/blobs/blobs.ts';
import type { Content, NamedChunk, OpenedContent } from '../contents/index.ts';
import type { Expected, Moment, ShownNode, Target, Who } from '../files/index.ts';
import { versionIdOf } from '../files/index.ts';
import type { TransfersDeps } from './context.ts';
import { tooLarge } from './resumable-uploads.ts';

export interface FileWish extends Expected {
  target: Target;
  modifiedAtMs?: number | undefined;
}

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
    return deps.contents.store(who.userId, source, { bytesMax, ...told });
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
  { target, baseVersionId, isNew, modifiedAtMs }: FileWish,
  store: (bytesMax: number) => Promise<Content>,
): Promise<WrittenFile> {
  const { bytesMax, checked } = await files.checkWrite(who, target, { baseVersionId, isNew });
  const content = await store(bytesMax);
  return files.write(who, target, { content, baseVersionId, isNew, modifiedAtMs, checked });
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
