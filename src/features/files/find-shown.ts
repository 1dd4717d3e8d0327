import type { Id } from '../../lib/ids.ts';
import { onBehalfOf } from '../../lib/principal.ts';
import { may, type Who } from './access.ts';
import { changesAfter } from './changes.ts';
import {
  type FilesContext,
  findLive,
  idsOf,
  openDrive,
  requireShown,
  type ShownNode,
  shownNode,
} from './context.ts';
import type { Change } from './journal.ts';
import { onceView } from './overlay.ts';
import { findNode, folderOf, folderPathOf } from './tree.ts';

export interface FoundNode {
  node: ShownNode;
  /** The folders it lies in, below the one that was asked about. */
  folderPath: string;
}

/** `hidden`: it lies elsewhere or in the trash. `gone`: the drive has no such node. */
export type Finding = FoundNode | 'hidden' | 'gone';

/** Of nodes found by whatever index those that lie below a folder one may see, as they are now. O(ids × depth). */
export async function findShown(
  context: FilesContext,
  who: Who,
  rootId: Id,
  ids: readonly Id[],
): Promise<Finding[]> {
  const { drive } = await requireShown(context, who, 'read', rootId);
  return Promise.all(
    ids.map(async (id) => {
      const node = await findNode(drive.view, drive.id, id);
      if (!node) return 'gone';
      if (node.isTrashed || !node.trail.includes(rootId)) return 'hidden';
      const reach = await context.access.reachOf(who, drive.id, idsOf(node));
      if (!reach) return 'hidden';
      const below = node.trail.slice(node.trail.indexOf(rootId));
      return {
        node: shownNode(folderOf(node) ?? node, reach),
        folderPath: await folderPathOf(drive.view, below),
      };
    }),
  );
}

/**
 * Of people and what each holds on to in a drive: the folders above that now, or nothing where it is gone or they may no
 * longer change it.
 */
export async function placesToWrite(
  context: FilesContext,
  driveId: Id,
  asked: readonly { userId: Id; nodeId: Id }[],
): Promise<(readonly Id[] | undefined)[]> {
  const view = onceView((await openDrive(context, driveId)).view);
  return Promise.all(
    asked.map(async ({ userId, nodeId }) => {
      const found = await findLive(view, driveId, nodeId);
      if (!found) return undefined;
      const ids = idsOf(found);
      const reach = await context.access.reachOf(onBehalfOf(userId), driveId, ids);
      return reach && may(reach, 'write') ? ids.slice(0, -1) : undefined;
    }),
  );
}

/** The drive that a folder one may see lies in. */
export async function driveShown(context: FilesContext, who: Who, rootId: Id): Promise<Id> {
  return (await requireShown(context, who, 'read', rootId)).drive.id;
}

/** What happened in a drive after a position, in order, for whoever derives something of it. */
export async function* journalAfter(
  context: FilesContext,
  driveId: Id,
  after: number,
): AsyncGenerator<[position: number, change: Change]> {
  const drive = await openDrive(context, driveId);
  for await (const [position, change] of changesAfter(drive, after)) yield [position, change];
}
