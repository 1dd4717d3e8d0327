/** COPY and MOVE. */
import type { Principal } from '../../lib/principal.ts';
import { type Asked, type Situation, situationOf } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { type Copying, copyOnto, type Destination } from './copy-onto.ts';
import { DavRefusal } from './dav-refusal.ts';
import { copyProperties } from './dead-properties.ts';
import {
  isFolderNode,
  lookAt,
  type NodeResource,
  requireFolderFor,
  requireMovable,
  requireNode,
  type Sight,
} from './find-resource.ts';
import { moveAcross } from './move-across.ts';
import { folderOf, lockable, requireUnlocked } from './require-unlocked.ts';
import { dropLocksOf, orChanged } from './write-resources.ts';

export interface Transfer {
  /** The names where it goes. */
  to: readonly string[];
  /** What is there may give way. */
  overwrites: boolean;
  /** Of a copied folder: with all it holds. */
  isDeep: boolean;
}

/** Answers whether something is there now that was not there before. */
export async function copyResource(deps: Copying, asked: Asked, transfer: Transfer): Promise<boolean> {
  const { who } = asked;
  const situation = await situationOf(deps, asked);
  const source = requireNode(situation.found, 'read');
  const destination = await destinationOf(deps, who, source, situation, transfer);
  await copyOnto(deps, who, source, destination, transfer);
  return !destination.there;
}

export async function moveResource(deps: Copying, asked: Asked, transfer: Transfer): Promise<boolean> {
  const { who } = asked;
  const situation = await situationOf(deps, asked);
  const source = requireMovable(situation.found);
  if (isFolderNode(source.node) && !transfer.isDeep) {
    throw new DavRefusal(400, 'A folder is moved with all it holds.');
  }
  const { there, place, sight } = await destinationOf(deps, who, source, situation, transfer);
  if (there) requireMovable(there);
  requireUnlocked(who, situation, { nodes: folderOf(source), trees: [lockable(source)] });
  if (place.driveId === source.node.driveId) {
    const { baseVersionId } = situation;
    const { parentId, name } = place;
    const changes = { parentId, name, baseVersionId };
    const moved = await orChanged(
      deps.files.change(who, source.node.id, changes, { replaces: transfer.overwrites }),
    );
    const isTaken = moved.id !== source.node.id;
    if (isTaken) await copyProperties(deps, [{ from: source.node.id, to: moved.id, driveId: moved.driveId }]);
    if (there && !isTaken) await dropLocksOf(deps, there, sight.locks);
  } else {
    await moveAcross(deps, who, source, { there, place, sight }, situation.baseVersionId);
  }
  await dropLocksOf(deps, source, situation.locks);
  return !there;
}

async function destinationOf(
  deps: WebdavDeps,
  who: Principal,
  source: NodeResource,
  { tokens }: Situation,
  { to, overwrites }: Transfer,
): Promise<Destination> {
  const sight = await lookAt(deps, who, to);
  const { found, locks } = sight;
  const { node } = source;
  if (found.kind === 'absent') {
    const { folder, name } = requireFolderFor(sight);
    requireOutside(node, folder);
    requireUnlocked(who, { locks, tokens }, { nodes: [lockable(folder)] });
    return {
      sight,
      there: undefined,
      place: { parentId: folder.node.id, name, driveId: folder.node.driveId },
    };
  }
  const there = requireNode(found, 'write');
  if (there.node.id === node.id) return renamed(sight, source, to);
  if (!overwrites) throw new DavRefusal(412, 'There is something of this name already.');
  if (node.aboveIds.includes(there.node.id)) throw new DavRefusal(403, 'What is to be moved lies in it.');
  requireOutside(node, there);
  const isNextVersion = !isFolderNode(there.node) && !isFolderNode(node);
  if (!isNextVersion) requireMovable(there);
  requireUnlocked(
    who,
    { locks, tokens },
    isNextVersion ? { nodes: [lockable(there)] } : { nodes: folderOf(there), trees: [lockable(there)] },
  );
  const { driveId, aboveIds } = there.node;
  return { sight, there, place: { parentId: aboveIds.at(-1)!, name: to.at(-1)!, driveId } };
}

/** The same node under the name that is asked for: only letters of another case are something new. */
function renamed(sight: Sight, source: NodeResource, to: readonly string[]): Destination {
  const { entry, driveId, aboveIds } = source.node;
  const name = to.at(-1);
  if (!entry || name === undefined || name === entry.name) {
    throw new DavRefusal(403, 'It is there already.');
  }
  return { sight, there: undefined, place: { parentId: aboveIds.at(-1)!, name, driveId } };
}

function requireOutside(node: { id: string }, place: NodeResource): void {
  if (place.node.id === node.id || place.node.aboveIds.includes(node.id)) {
    throw new DavRefusal(403, 'A folder cannot go into itself.');
  }
}
