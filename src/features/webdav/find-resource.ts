import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import { may, type Need, type ShownNode, versionIdOf } from '../files/index.ts';
import type { WebdavDeps } from './context.ts';
import { hrefOf } from './dav-path.ts';
import { DavRefusal } from './dav-refusal.ts';
import type { Lock } from './lock.ts';
import { locksAround, locksNear } from './lock-store.ts';
import { isSameName, shareCalled, sharedName } from './shared-folders.ts';

/** What lies at a path, for somebody. */
export type Resource =
  | { kind: 'node'; names: readonly string[]; node: ShownNode }
  /** The folder of what others share. */
  | { kind: 'shares'; names: readonly string[] }
  /** Nothing, or nothing that is for them. */
  | { kind: 'absent'; names: readonly string[] };

export type NodeResource = Extract<Resource, { kind: 'node' }>;

export const isFolderNode = ({ entry }: ShownNode): boolean => entry?.kind !== 'file';
export const isFolderResource = (found: Resource): boolean =>
  found.kind === 'shares' || (found.kind === 'node' && isFolderNode(found.node));
export const hrefOfResource = (found: Resource): string => hrefOf(found.names, isFolderResource(found));

/** The version of a file, which is its tag. */
export const versionIn = (found: Resource): string | undefined => {
  const entry = found.kind === 'node' ? found.node.entry : null;
  return entry?.content ? versionIdOf(entry.version) : undefined;
};

/** What is there. Nothing is told of what is hidden: that is absent. */
export async function findResource(
  deps: WebdavDeps,
  who: Principal,
  names: readonly string[],
): Promise<Resource> {
  const own = await nodeAt(deps, who, who.userId, names);
  if (own) return { kind: 'node', names, node: own };
  const [first, second, ...below] = names;
  if (first === undefined || !isSameName(first, sharedName)) return { kind: 'absent', names };
  if (await nodeAt(deps, who, who.userId, [first])) return { kind: 'absent', names };
  if (second === undefined) return { kind: 'shares', names };
  const shareId = await shareCalled(deps, who, second);
  const node = shareId && (await nodeAt(deps, who, shareId, below));
  return node ? { kind: 'node', names, node } : { kind: 'absent', names };
}

async function nodeAt(
  { files }: WebdavDeps,
  who: Principal,
  id: string,
  below: readonly string[],
): Promise<ShownNode | undefined> {
  try {
    return await files.get(who, { id, below });
  } catch (error) {
    // A name that cannot be is the name of nothing.
    if (error instanceof Refusal && (error.code === 'not-found' || error.code === 'invalid'))
      return undefined;
    throw error;
  }
}

/** What lies at a path, or the folder that it would lie in, and the locks on that, above it, and below it where it is there. */
export interface Sight {
  found: Resource;
  /** Of what is absent. */
  above: Resource | undefined;
  locks: readonly Lock[];
}

export async function lookAt(deps: WebdavDeps, who: Principal, names: readonly string[]): Promise<Sight> {
  const found = await findResource(deps, who, names);
  const above = found.kind === 'absent' ? await findResource(deps, who, names.slice(0, -1)) : undefined;
  const near = above ?? found;
  if (near.kind !== 'node') return { found, above, locks: [] };
  const isFolderThere = near === found && isFolderNode(near.node);
  const locks = await (isFolderThere ? locksAround : locksNear)(deps, near.node.driveId, near.node);
  return { found, above, locks };
}

/** The folder that something new is to be put into, and its name there. 409 where there is none. */
export function requireFolderFor({ found, above }: Sight): { folder: NodeResource; name: string } {
  if (above?.kind === 'shares') throw new DavRefusal(403, 'This folder holds only what others share.');
  if (above?.kind !== 'node' || !isFolderNode(above.node)) {
    throw new DavRefusal(409, 'There is no folder to put this into.');
  }
  return { folder: requireNode(above, 'add'), name: found.names.at(-1)! };
}

/** A node that is there and may be changed so. */
export function requireNode(found: Resource, need: Need): NodeResource {
  if (found.kind === 'absent') throw new DavRefusal(404, 'Nothing is here, or not for you.');
  if (found.kind === 'shares') throw new DavRefusal(403, 'This folder stays as it is.');
  if (!may(found.node.reach, need)) throw new DavRefusal(403, 'This is shared with you to be read only.');
  return found;
}

/** A node that may also be taken away from where it is. */
export function requireMovable(found: Resource): NodeResource {
  const there = requireNode(found, 'write');
  if (!there.node.entry) throw new DavRefusal(403, 'This folder stays as it is.');
  if (there.node.reach.topId === there.node.id) {
    throw new DavRefusal(403, 'Only its owner can move or delete this.');
  }
  return there;
}
