import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { Id } from '../../lib/ids.ts';
import type { ShownNode, Who } from '../files/index.ts';
import type { TransfersDeps } from './context.ts';

const pageMax = 500;
/** Entries of one archive: its directory is held in memory until the end. */
export const zipEntriesMax = 200_000;

/**
 * A folder with all it holds as a zip, stored as it is: most of what is large is compressed already. Streams: files are
 * opened one after another, each when the one before is over.
 */
export function zipFolder(deps: TransfersDeps, who: Who, folder: ShownNode): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as unknown as Readable;
  let body: Readable | undefined;
  // Whoever hangs up leaves no file open.
  output.once('close', () => body?.destroy());
  const open = async (contentId: Id): Promise<Readable> => {
    ({ body } = await deps.contents.open(contentId));
    body.on('error', (error) => output.destroy(error));
    return body;
  };
  const addFile = (name: string, { id, sizeBytes }: { id: Id; sizeBytes: number }, mtime: Date) =>
    zip.addReadStreamLazy(name, { compress: false, size: sizeBytes, mtime }, (done) => {
      open(id).then(
        (opened) => done(null, opened),
        (error: Error) => output.destroy(error),
      );
    });
  const fill = async () => {
    let entries = 0;
    for await (const { path, entry } of everythingIn(deps, who, folder.id)) {
      if (++entries > zipEntriesMax)
        throw new Error(`a folder of more than ${zipEntriesMax} entries as a zip`);
      const mtime = new Date(entry.modifiedAtMs);
      if (entry.content) addFile(path, entry.content, mtime);
      else zip.addEmptyDirectory(path, { mtime });
    }
    zip.end();
  };
  fill().catch((error: Error) => output.destroy(error));
  return output;
}

async function* everythingIn(
  { files }: TransfersDeps,
  who: Who,
  folderId: Id,
): AsyncGenerator<{ path: string; entry: NonNullable<ShownNode['entry']> }> {
  const folders = [{ id: folderId, within: '' }];
  for (const { id, within } of folders) {
    let cursor: string | undefined;
    do {
      const page = await files.list(who, { id }, { limit: pageMax, cursor });
      for (const { id: nodeId, entry } of page.items) {
        if (!entry) continue;
        const path = within + entry.name;
        if (entry.kind === 'folder') folders.push({ id: nodeId, within: `${path}/` });
        yield { path, entry };
      }
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
}
