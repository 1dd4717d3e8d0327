import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { hrefOf } from './dav-path.ts';
import { DavRefusal } from './dav-refusal.ts';
import { hrefOfResource, type NodeResource } from './find-resource.ts';
import { coversNode, type Lock, liesBelow } from './lock.ts';

/** Something that may be locked, and how it is called. */
export interface Lockable {
  id: Id;
  aboveIds: readonly Id[];
  href: string;
}

export const lockable = (resource: NodeResource): Lockable => ({
  id: resource.node.id,
  aboveIds: resource.node.aboveIds,
  href: hrefOfResource(resource),
});

/** The folder that something lies in, which holds one thing less when that goes. */
export function folderOf({ names, node }: NodeResource): Lockable[] {
  const id = node.aboveIds.at(-1);
  if (id === undefined) return [];
  return [{ id, aboveIds: node.aboveIds.slice(0, -1), href: hrefOf(names.slice(0, -1), true) }];
}

/** What a request is going to change. */
export interface Touched {
  /** Changed themselves, or holding one thing more or less. */
  nodes: readonly Lockable[];
  /** Changed with everything below. */
  trees?: readonly Lockable[];
}

/**
 * Refuses with 423 where somebody holds a lock on what is to be changed and the request does not name it. A lock helps
 * only who took it. Of several locks that share a node one is enough.
 */
export function requireUnlocked(
  who: Principal,
  { locks, tokens }: { locks: readonly Lock[]; tokens: readonly string[] },
  { nodes, trees = [] }: Touched,
): void {
  if (locks.length === 0) return;
  const isNamed = ({ token, userId }: Lock) => userId === who.userId && tokens.includes(token);
  for (const each of [...nodes, ...trees]) {
    const covering = locks.filter((lock) => coversNode(lock, each));
    if (covering.length > 0 && !covering.some(isNamed)) throw locked(each);
  }
  for (const tree of trees) {
    const below = locks.filter((lock) => liesBelow(lock, tree));
    for (const { nodeId } of below) {
      if (!below.some((lock) => lock.nodeId === nodeId && isNamed(lock))) throw locked(tree);
    }
  }
}

const locked = ({ href }: Lockable) =>
  new DavRefusal(423, 'Somebody is working on this.', 'lock-token-submitted', href);
