/** COPY and MOVE. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '../../lib/principal.ts';
import { type Asked, type Situation, situationOf } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { copyTree, copyVersion, orTakenBack, planCopy } from './copy-tree.ts';
import type { CopyTurns } from './copy-turns.ts';
import { hrefOf } from './dav-path.ts';
import { DavRefusal, PartlyDone } from './dav-refusal.ts';
import { copyProperties } from './dead-properties.ts';
import {
  hrefOfResource,
  isFolderNode,
  lookAt,
  type NodeResource,
  requireFolderFor,
  requireMovable,
  requireNode,
  type Sight,
} from './find-resource.ts';
import { folderOf, lockable, requireUnlocked } from './require-unlocked.ts';
import { dropLocksOf, orChanged } from './write-resources.ts';

type Copying = WebdavDeps & { turns: CopyTurns };

export interface Transfer {
  /** The names where it goes. */
  to: readonly string[];
  /** What is there may give way. */
  overwrites: boolean;
  /** Of a copied folder: with all it holds. */
  isDeep: boolean;
}

/** Where something goes: what is there now, or the folder it goes into. */
interface Destination {
  sight: Sight;
  /** What gives way. */
  there: NodeResource | undefined;
  place: { parentId: string; name: string; driveId: string };
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

function copyOnto(
  deps: Copying,
  who: Principal,
  source: NodeResource,
  destination: Destination,
  how: { isDeep: boolean },
): Promise<void> {
  const copy = () => copyInTurn(deps, who, source, destination, how);
  return isFolderNode(source.node) && how.isDeep ? deps.turns.during(who.userId, copy) : copy();
}

async function copyInTurn(
  deps: WebdavDeps,
  who: Principal,
  { node }: NodeResource,
  { there, place, sight }: Destination,
  { isDeep }: { isDeep: boolean },
): Promise<void> {
  if (there && !isFolderNode(there.node) && !isFolderNode(node)) {
    return copyVersion(deps, who, node, there.node);
  }
  const plan = await planCopy(deps, who, node, { driveId: place.driveId, isDeep });
  const hrefAs = (name: string) => hrefOf([...sight.found.names.slice(0, -1), name], isFolderNode(node));
  const { parentId, name } = place;
  if (!there) {
    await copyTree(deps, who, node, { parentId, name, href: hrefAs(name) }, plan);
    return;
  }
  // Made beside what is to give way, so that nothing does so for a part.
  const beside = `.copying-${randomUUID()}`;
  const href = hrefAs(beside);
  const copy = await copyTree(deps, who, node, { parentId, name: beside, href }, plan);
  await orTakenBack(deps, who, { top: copy, href }, () =>
    deps.files.change(who, copy.id, { parentId, name }, { replaces: true }),
  );
  await dropLocksOf(deps, there, sight.locks);
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
    // Nothing moves from one drive to another: it goes there as a copy, and then into the trash where it was.
    await copyOnto(deps, who, source, { there, place, sight }, { isDeep: true });
    await deps.files.delete(who, source.node.id).catch((error: unknown) => {
      throw new PartlyDone(hrefOfResource(source), error);
    });
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
