import type { Principal } from '../../lib/principal.ts';
import type { ShownNode } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { whileCopying } from './copies-under-way.ts';
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
  // What is one thing is there at once or not at all.
  if (!there && plan.length === 0)
    return copyTree(deps, who, node, { parentId, name, href: hrefAs(name) }, plan);
  const placed = await whileCopying(deps, place, async (beside) => {
    const href = hrefAs(beside);
    const top = await copyTree(deps, who, node, { parentId, name: beside, href }, plan);
    return orTakenBack(deps, who, { top, href }, () =>
      deps.files.change(who, top.id, { parentId, name }, { replaces: there !== undefined }),
    );
  });
  if (there) await dropLocksOf(deps, there, sight.locks);
  return placed;
}
