import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import { actorOf } from './access.ts';
import { type FilesContext, openDrive, type ShownNode, shownNode } from './context.ts';
import { freeName, move, purge } from './edits.ts';
import type { TrashEntry } from './node.ts';
import type { Page } from './read-files.ts';
import { fileTrash } from './tables.ts';
import { findFolder, findNode, folderOf, rootOf } from './tree.ts';

/** What is in one's trash, newest first: a folder is one entry with all that is in it. */
export async function listTrash(
  context: FilesContext,
  principal: Principal,
  page: Page,
): Promise<{ items: TrashEntry[]; nextCursor: string | null }> {
  const { view } = await openDrive(context, principal.userId);
  const before = decodeCursor('trash', page.cursor, 1)?.[0];
  const rows = await view.list(fileTrash, [principal.userId], {
    before,
    reverse: true,
    limit: page.limit + 1,
  });
  const shown = rows.slice(0, page.limit);
  return {
    items: shown.map(({ value }) => value),
    nextCursor: rows.length > page.limit ? encodeCursor('trash', [shown.at(-1)!.key[1]!]) : null,
  };
}

/** Puts a node back where it was, or into the root where its folder is gone, under its name or one like it. */
export async function restoreFromTrash(
  context: FilesContext,
  principal: Principal,
  id: string,
): Promise<ShownNode> {
  const driveId = principal.userId;
  return context.writer.edit(driveId, async (draft) => {
    const node = await findNode(draft.view, driveId, id);
    if (node?.place.trashedAt === undefined) throw notFound();
    const former = await findFolder(draft.view, driveId, node.place.parentId);
    const folder = former ?? rootOf(driveId);
    const name = await freeName(draft, folder.id, node.entry.name);
    const moved = await move(draft, actorOf(principal), node, { folder, name });
    return shownNode(folderOf(moved) ?? moved, { role: 'owner', topId: driveId });
  });
}

/** Deletes something in one's trash for good. */
export async function deleteForGood(context: FilesContext, principal: Principal, id: string): Promise<void> {
  const driveId = principal.userId;
  await context.writer.edit(driveId, async (draft) => {
    const node = await findNode(draft.view, driveId, id);
    if (node?.place.trashedAt === undefined) throw notFound();
    await purge(draft, actorOf(principal), node.place.trashedAt);
  });
}
