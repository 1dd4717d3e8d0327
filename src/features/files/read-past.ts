/** A drive as it was at a moment. */
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import type { FilesContext } from './context.ts';
import type { Moment } from './moment.ts';
import { splitPath } from './names.ts';
import type { Entry, FileContent } from './node.ts';
import { openPast } from './past-drive.ts';
import type { Page } from './read-files.ts';

/** What a folder held then, by name. */
export async function listPastFolder(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
  page: Page & { path?: string | undefined },
): Promise<{ folderId: Id; items: Entry[]; nextCursor: string | null }> {
  const names = splitPath(page.path ?? '/');
  const past = await openPast(context, principal, moment);
  const folder = await past.at(names);
  if (folder && folder.kind !== 'folder') throw invalid('path', 'This was no folder.');
  const folderId = folder?.id ?? past.driveId;
  const after = decodeCursor('snapshot', page.cursor, 1)?.[0];
  const { items, next } = await past.list(folderId, { after, limit: page.limit });
  return {
    folderId,
    items: items.map(({ entry }) => entry),
    nextCursor: next === undefined ? null : encodeCursor('snapshot', [next]),
  };
}

/** A file's bytes as they were then. */
export async function readablePast(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
  path: string,
): Promise<{ entry: Entry; content: FileContent }> {
  const names = splitPath(path);
  const entry = await (await openPast(context, principal, moment)).at(names);
  if (!entry?.content) throw invalid('path', 'This was no file.');
  return { entry, content: entry.content };
}
