import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ListedBlob } from '../../ports/blobs/blobs.ts';
import { footerBytes } from './blob-file.ts';
import { codeOf } from './durable-folders.ts';

/** Ends the name of a blob's file: no part of a name can hold it, so a blob `a` can stand beside a folder `a`. */
export const blobSuffix = '=';

/** Blobs below a folder in the order of their names; `prefix` and `after` leave out whole folders unread. */
export async function listBlobFiles(
  root: string,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): Promise<ListedBlob[]> {
  const found: ListedBlob[] = [];
  for await (const name of namesBelow(root, '', { prefix, after })) {
    if (found.length >= limit) break;
    const info = await stat(join(root, ...name.split('/')) + blobSuffix).catch(goneIsUndefined);
    if (info) found.push({ name, sizeBytes: info.size - footerBytes, storedAtMs: Math.floor(info.mtimeMs) });
  }
  return found;
}

/**
 * Among siblings a folder sorts as its name with a slash, a blob as its name alone: then walking the folders in that
 * order gives the names in theirs.
 */
async function* namesBelow(
  root: string,
  within: string,
  { prefix, after }: { prefix: string; after: string },
): AsyncGenerator<string> {
  const entries = (await readdir(join(root, within), { withFileTypes: true }).catch(goneIsUndefined)) ?? [];
  const keys = entries
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name.replace(blobSuffix, '')))
    .sort();
  for (const key of keys) {
    const path = within + key;
    if (key.endsWith('/')) {
      const mayMatch = path.startsWith(prefix) || prefix.startsWith(path);
      // All names in it begin with its path; they sort after `after` unless that is greater than all of them.
      if (mayMatch && (path > after || after.startsWith(path)))
        yield* namesBelow(root, path, { prefix, after });
    } else if (path.startsWith(prefix) && path > after) yield path;
  }
}

function goneIsUndefined(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') throw error;
}
