/** A plain model of a drive: nodes in a map, changed at once. What the feature does must come to the same. */
import type { Id } from '../../lib/ids.ts';

export interface ModelNode {
  id: Id;
  kind: 'file' | 'folder';
  name: string;
  parentId: Id;
  content: Id | null;
  version: string;
  isTrashed: boolean;
}

export type Nodes = ReadonlyMap<Id, ModelNode>;

export type Op =
  | { does: 'folder'; parentId: Id; name: string }
  | { does: 'write'; parentId: Id; name: string; content: Id; base?: string; isNew?: boolean }
  | { does: 'update'; id: Id; content: Id; base?: string }
  | { does: 'change'; id: Id; name?: string; parentId?: Id }
  | { does: 'delete'; id: Id; base?: string }
  | { does: 'untrash'; id: Id }
  | { does: 'purge'; id: Id }
  | { does: 'version'; id: Id; content: Id; versionId: string };

const keyOf = (name: string) => name.normalize('NFC').toLowerCase();
const children = (nodes: Nodes, parentId: Id) =>
  [...nodes.values()].filter((node) => node.parentId === parentId && !node.isTrashed);
const named = (nodes: Nodes, parentId: Id, name: string) =>
  children(nodes, parentId).find((node) => keyOf(node.name) === keyOf(name));

/** Whether a node or root is in the tree, with all folders above it. */
export function isLive(nodes: Nodes, rootId: Id, id: Id): boolean {
  if (id === rootId) return true;
  const node = nodes.get(id);
  return node !== undefined && !node.isTrashed && isLive(nodes, rootId, node.parentId);
}

const isWithin = (nodes: Nodes, id: Id, folderId: Id): boolean => {
  if (id === folderId) return true;
  const node = nodes.get(id);
  return node !== undefined && isWithin(nodes, node.parentId, folderId);
};

/** The nodes after an operation, or undefined where it is refused. `newId` is what a new node is called. */
export function applied(nodes: Nodes, rootId: Id, op: Op, newId: Id): Nodes | undefined {
  const next = new Map(nodes);
  const live = (id: Id) => isLive(nodes, rootId, id);
  const isFolder = (id: Id) => id === rootId || nodes.get(id)?.kind === 'folder';
  const set = (node: ModelNode, changes: Partial<ModelNode>) => next.set(node.id, { ...node, ...changes });
  switch (op.does) {
    case 'folder':
    case 'write': {
      if (!live(op.parentId) || !isFolder(op.parentId)) return undefined;
      const there = named(nodes, op.parentId, op.name);
      const content = op.does === 'write' ? op.content : null;
      if (op.does === 'folder' && there) return undefined;
      if (op.does === 'write') {
        if (op.isNew && there) return undefined;
        if (op.base !== undefined && (there?.kind !== 'file' || there.version !== op.base)) return undefined;
        if (there?.kind === 'folder') return undefined;
        if (there) return set(there, { content, version: newId });
      }
      const kind = op.does === 'folder' ? 'folder' : 'file';
      const { parentId } = op;
      const name = op.name.normalize('NFC');
      return next.set(newId, { id: newId, kind, name, parentId, content, version: newId, isTrashed: false });
    }
    case 'update':
    case 'version': {
      const node = nodes.get(op.id);
      if (!node || !live(op.id) || node.kind !== 'file') return undefined;
      if (op.does === 'update' && op.base !== undefined && op.base !== node.version) return undefined;
      if (op.does === 'version' && op.versionId === node.version) return nodes;
      return set(node, { content: op.content, version: newId });
    }
    case 'change': {
      const node = nodes.get(op.id);
      const parentId = op.parentId ?? node?.parentId;
      if (!node || !live(op.id) || !live(parentId!) || !isFolder(parentId!)) return undefined;
      if (isWithin(nodes, parentId!, op.id)) return undefined;
      const name = (op.name ?? node.name).normalize('NFC');
      const there = named(nodes, parentId!, name);
      if (there && there.id !== op.id) return undefined;
      return set(node, { parentId: parentId!, name });
    }
    case 'delete': {
      const node = nodes.get(op.id);
      if (!node || !live(op.id)) return undefined;
      if (op.base !== undefined && (node.kind !== 'file' || op.base !== node.version)) return undefined;
      return set(node, { isTrashed: true });
    }
    case 'untrash': {
      const node = nodes.get(op.id);
      if (!node?.isTrashed) return undefined;
      const parentId = live(node.parentId) ? node.parentId : rootId;
      let { name } = node;
      for (let n = 2; named(nodes, parentId, name); n++) name = numbered(node.name, n);
      return set(node, { isTrashed: false, parentId, name });
    }
    case 'purge': {
      if (!nodes.get(op.id)?.isTrashed) return undefined;
      for (const id of subtree(nodes, op.id)) next.delete(id);
      return next;
    }
  }
}

const numbered = (name: string, n: number) => {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? `${name.slice(0, dot)} (${n})${name.slice(dot)}` : `${name} (${n})`;
};

export const subtree = (nodes: Nodes, id: Id): Id[] => [
  id,
  ...children(nodes, id).flatMap((node) => subtree(nodes, node.id)),
];

/** Without some of them, and so without paths to what lies in those. */
export const without = (nodes: Nodes, ids: ReadonlySet<Id>): Nodes =>
  new Map([...nodes].filter(([id]) => !ids.has(id)));

/** What lies at each path below a folder. */
export function pathsOf(nodes: Nodes, folderId: Id, path = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const node of children(nodes, folderId)) {
    found[`${path}/${node.name}`] = node.content ?? 'folder';
    Object.assign(found, pathsOf(nodes, node.id, `${path}/${node.name}`));
  }
  return found;
}

/** The tree and the trash, for comparing. */
export function plain(nodes: Nodes, rootId: Id): { tree: Record<string, string>; trash: string[] } {
  const trash = [...nodes.values()]
    .filter(({ isTrashed }) => isTrashed)
    .map(({ id, name, content }) => JSON.stringify([name, content, sorted(pathsOf(nodes, id))]));
  return { tree: sorted(pathsOf(nodes, rootId)), trash: trash.sort() };
}

export const sorted = (tree: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1)));
