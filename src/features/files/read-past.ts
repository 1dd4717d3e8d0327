/** A drive as it was at a moment. */
import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { invalid } from '../../lib/refusal.ts';
import type { Drive, FilesContext } from './context.ts';
import { findMoment, type Moment } from './moment.ts';
import { splitPath } from './names.ts';
import type { Entry, FileContent } from './node.ts';
import { listAt } from './past.ts';
import type { Page } from './read-files.ts';
import { entryAtPath } from './snapshots.ts';
import { filePurges } from './tables.ts';

const purgesPerPage = 500;

/** What was deleted for good and is not cleared away yet: snapshots still have it, moments do not. */
async function goneSince({ id, view }: Drive, moment: Moment): Promise<Set<Id>> {
  const gone = new Set<Id>();
  if ('snapshotId' in moment) return gone;
  let after: string | undefined;
  for (;;) {
    const rows = await view.list(filePurges, [id], { after, limit: purgesPerPage });
    for (const { value } of rows) gone.add(value.nodeId);
    if (rows.length < purgesPerPage) return gone;
    after = rows.at(-1)!.key[1]!;
  }
}

/** What a folder held then, by name. */
export async function listPastFolder(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
  page: Page & { path?: string | undefined },
): Promise<{ folderId: Id; items: Entry[]; nextCursor: string | null }> {
  const names = splitPath(page.path ?? '/');
  const { drive, position } = await findMoment(context, principal, moment);
  const gone = await goneSince(drive, moment);
  const folder = await entryAtPath(drive.view, drive.id, position, names, gone);
  if (folder && folder.kind !== 'folder') throw invalid('path', 'This was no folder.');
  const folderId = folder?.id ?? drive.id;
  const after = decodeCursor('snapshot', page.cursor, 1)?.[0];
  const rows = await listAt(drive.view, folderId, position, { after, limit: page.limit + 1 });
  const shown = rows.slice(0, page.limit);
  return {
    folderId,
    items: shown.map(({ entry }) => entry).filter(({ id }) => !gone.has(id)),
    nextCursor: rows.length > page.limit ? encodeCursor('snapshot', [shown.at(-1)!.nameKey]) : null,
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
  const { drive, position } = await findMoment(context, principal, moment);
  const gone = await goneSince(drive, moment);
  const entry = await entryAtPath(drive.view, drive.id, position, names, gone);
  if (!entry?.content) throw invalid('path', 'This was no file.');
  return { entry, content: entry.content };
}
