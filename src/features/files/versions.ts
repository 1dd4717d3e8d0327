import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Id } from '../../lib/ids.ts';
import { invalid, notFound } from '../../lib/refusal.ts';
import { actorOf, type Who } from './access.ts';
import {
  type FilesContext,
  idsOf,
  requireEditable,
  requireShown,
  type ShownNode,
  shownNode,
} from './context.ts';
import { update } from './edits.ts';
import { type FileContent, type PastEntry, positionKey, versionIdOf } from './node.ts';
import type { DriveView } from './overlay.ts';
import { findVersion, type Page } from './read-files.ts';
import { nodePasts } from './tables.ts';

export interface Version {
  version: number;
  name: string;
  content: FileContent;
  modifiedAtMs: number;
  byId: Id;
  /** When it came. */
  createdAtMs: number;
  isCurrent: boolean;
}

const batchRows = 200;

/** A file's versions, newest first, the current one included. */
export async function listVersions(
  context: FilesContext,
  who: Who,
  id: string,
  page: Page,
): Promise<{ items: Version[]; nextCursor: string | null }> {
  const { drive, found } = await requireShown(context, who, 'read', id);
  if (!('entry' in found) || !found.entry.content) throw invalid('id', 'A folder has no versions.');
  const { entry } = found;
  const cursor = decodeCursor('versions', page.cursor, 1)?.[0];
  const items: Version[] = [];
  if (cursor === undefined) items.push(versionOfEntry(entry, entry.content!, entry.fromMs, true));
  for await (const [past, fromMs] of pastVersions(drive.view, id, cursor ?? positionKey(entry.version))) {
    items.push(versionOfEntry(past, past.content!, fromMs, false));
    if (items.length > page.limit) break;
  }
  const shown = items.slice(0, page.limit);
  return {
    items: shown,
    nextCursor:
      items.length > page.limit ? encodeCursor('versions', [versionIdOf(shown.at(-1)!.version)]) : null,
  };
}

/**
 * Kept versions before one, newest first, as they last stood, with the time they came. A version that was renamed or
 * moved stood several times; its first span begins with it.
 */
async function* pastVersions(view: DriveView, id: Id, from: string): AsyncGenerator<[PastEntry, number]> {
  let before = from;
  let standing: PastEntry | undefined;
  for (;;) {
    const rows = await view.list(nodePasts, [id], { before, reverse: true, limit: batchRows });
    for (const { value } of rows) {
      if (!value.content) continue;
      if (standing?.version !== value.version) standing = value;
      if (value.from === value.version) {
        yield [standing, value.fromMs];
        standing = undefined;
      }
    }
    if (rows.length < batchRows) return;
    before = rows.at(-1)!.key[1]!;
  }
}

function versionOfEntry(
  entry: Pick<PastEntry, 'version' | 'name' | 'modifiedAtMs' | 'byId'>,
  content: FileContent,
  createdAtMs: number,
  isCurrent: boolean,
): Version {
  const { version, name, modifiedAtMs, byId } = entry;
  return { version, name, content, modifiedAtMs, byId, createdAtMs, isCurrent };
}

/** Makes a kept version the next one. What is current now becomes a version like the others. */
export async function restoreVersion(
  context: FilesContext,
  who: Who,
  id: string,
  versionId: string,
): Promise<ShownNode> {
  const { drive } = await requireShown(context, who, 'write', id);
  return context.writer.edit(drive.id, async (draft) => {
    const node = await requireEditable(context, draft, who, 'write', id);
    const reach = await context.access.require(who, 'write', drive.id, idsOf(node));
    if (node.entry.kind === 'folder') throw invalid('id', 'A folder has no versions.');
    if (versionId === versionIdOf(node.entry.version)) return shownNode(node, reach);
    const past = await findVersion(draft.view, id, versionId);
    if (!past) throw notFound();
    const { content, modifiedAtMs } = past;
    return shownNode(await update(draft, actorOf(who), node, { content: content!, modifiedAtMs }), reach);
  });
}
