/** Nothing moves from one drive to another: it goes there as a copy, and then into the trash where it was. */
import type { Principal } from '../../lib/principal.ts';
import { type ShownNode, StaleBase, versionIdOf } from '../files/index.ts';
import { type Copying, copyOnto, type Destination } from './copy-onto.ts';
import { copyVersion } from './copy-tree.ts';
import { DavRefusal, PartlyDone } from './dav-refusal.ts';
import { hrefOfResource, isFolderNode, type NodeResource } from './find-resource.ts';

/** How often a file is copied that is written again and again meanwhile. */
const copiesMax = 3;
/** How often the original is tried to be deleted, while much else is changed beside it. */
const triesMax = 3;
/** Of changes beside it, each of up to some 2,000. */
const pagesMax = 100;
const pageItems = 1;

/**
 * The original goes only as it was copied. A file that was written meanwhile is copied once more; a folder in which
 * something was changed stays beside its copy, and so does what goes on changing: then it is said that it does.
 */
export async function moveAcross(
  deps: Copying,
  who: Principal,
  source: NodeResource,
  destination: Destination,
  baseVersionId: string | undefined,
): Promise<void> {
  const { node } = source;
  const isFolder = isFolderNode(node);
  const since = isFolder ? await deps.files.latestCursor(who, { rootId: node.id }) : '';
  const copy = await copyOnto(deps, who, source, destination, { isDeep: true });
  try {
    if (isFolder) await deleteUnchanged(deps, who, node, since);
    else await deleteCopied(deps, who, node, { copy, isFixed: baseVersionId !== undefined });
  } catch (error) {
    throw new PartlyDone(hrefOfResource(source), error instanceof StaleBase ? changed() : error);
  }
}

async function deleteCopied(
  deps: Copying,
  who: Principal,
  node: ShownNode,
  { copy, isFixed }: { copy: ShownNode; isFixed: boolean },
): Promise<void> {
  let [copied, there] = [node, copy];
  for (let copies = 1; ; copies++) {
    try {
      await deps.files.delete(who, node.id, { baseVersionId: versionIdOf(copied.entry!.version) });
      return;
    } catch (error) {
      if (!(error instanceof StaleBase) || !error.found) throw error;
      if (isFixed) throw new DavRefusal(412, error.message);
      if (copies >= copiesMax) throw error;
      copied = error.found;
    }
    // Over nothing that others wrote to the copy.
    const baseVersionId = versionIdOf(there.entry!.version);
    there = await copyVersion(deps, who, copied, { id: copy.id, baseVersionId });
  }
}

async function deleteUnchanged(
  deps: Copying,
  who: Principal,
  { id }: ShownNode,
  since: string,
): Promise<void> {
  let cursor = since;
  for (let tries = 1; ; tries++) {
    cursor = await afterOtherChanges(deps, who, id, cursor);
    try {
      await deps.files.delete(who, id, { unchangedSince: cursor });
      return;
    } catch (error) {
      if (!(error instanceof StaleBase) || tries >= triesMax) throw error;
    }
  }
}

/** Passes by what was changed elsewhere in the drive, so that little is left to be looked at when it counts. */
async function afterOtherChanges(
  { files }: Copying,
  who: Principal,
  rootId: string,
  since: string,
): Promise<string> {
  let cursor = since;
  for (let pages = 1; pages <= pagesMax; pages++) {
    const page = await files.changes(who, { rootId, cursor, limit: pageItems });
    if (page.items.length > 0) throw changed();
    cursor = page.nextCursor;
    if (!page.hasMore) return cursor;
  }
  return cursor;
}

const changed = () => new DavRefusal(409, 'This was changed while it was copied. Both are there.');
