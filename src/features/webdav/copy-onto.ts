import { randomUUID } from 'node:crypto';
import type { Principal } from '../../lib/principal.ts';
import type { ShownNode } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { copyTree, copyVersion, orTakenBack, planCopy } from './copy-tree.ts';
import type { CopyTurns } from './copy-turns.ts';
import { hrefOf } from './dav-path.ts';
import { isFolderNode, type NodeResource, type Sight } from './find-resource.ts';
import { dropLocksOf } from './write-resources.ts';

export type Copying = WebdavDeps & { turns: CopyTurns };

/** Where something goes: what is there now, or the folder it goes into. */
export interface Destination {
  sight: Sight;
  /** What gives way. */
  there: NodeResource | undefined;
  place: { parentId: string; name: string; driveId: string };
}

/** Copies to where it goes, with all that is below where that is wanted; answers what is there then. */
export function copyOnto(
  deps: Copying,
  who: Principal,
  source: NodeResource,
  destination: Destination,
  how: { isDeep: boolean },
): Promise<ShownNode> {
  const copy = () => copyInTurn(deps, who, source, destination, how);
  return isFolderNode(source.node) && how.isDeep ? deps.turns.during(who.userId, copy) : copy();
}

async function copyInTurn(
  deps: WebdavDeps,
  who: Principal,
  { node }: NodeResource,
  { there, place, sight }: Destination,
  { isDeep }: { isDeep: boolean },
): Promise<ShownNode> {
  if (there && !isFolderNode(there.node) && !isFolderNode(node)) {
    return copyVersion(deps, who, node, { id: there.node.id });
  }
  const plan = await planCopy(deps, who, node, { driveId: place.driveId, isDeep });
  const hrefAs = (name: string) => hrefOf([...sight.found.names.slice(0, -1), name], isFolderNode(node));
  const { parentId, name } = place;
  if (!there) return copyTree(deps, who, node, { parentId, name, href: hrefAs(name) }, plan);
  // Made beside what is to give way, so that nothing does so for a part.
  const beside = `.copying-${randomUUID()}`;
  const href = hrefAs(beside);
  const copy = await copyTree(deps, who, node, { parentId, name: beside, href }, plan);
  const placed = await orTakenBack(deps, who, { top: copy, href }, () =>
    deps.files.change(who, copy.id, { parentId, name }, { replaces: true }),
  );
  await dropLocksOf(deps, there, sight.locks);
  return placed;
}
