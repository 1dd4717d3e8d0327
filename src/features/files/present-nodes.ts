import type { Id } from '../../lib/ids.ts';
import { may, type Reach } from './access.ts';
import type { ShownChange } from './changes.ts';
import type { ShownNode } from './context.ts';
import type { Entry, TrashEntry } from './node.ts';
import { versionIdOf } from './node.ts';
import type { NamedSnapshot } from './snapshots.ts';
import type { Version } from './versions.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

type Described = Pick<Entry, 'id' | 'kind' | 'name' | 'content' | 'version' | 'modifiedAtMs'>;

/** The fields that every form of a node has. */
export const plainNode = (entry: Described, parentId: Id | null) => ({
  id: entry.id,
  parentId,
  name: entry.name,
  kind: entry.kind,
  sizeBytes: entry.content?.sizeBytes ?? 0,
  sha256: entry.content?.sha256 ?? null,
  versionId: entry.content ? versionIdOf(entry.version) : null,
  modifiedAt: iso(entry.modifiedAtMs),
});

export function nodeJson({ id, driveId, parentId, entry, reach }: ShownNode) {
  const described = entry ?? { id, kind: 'folder', name: '', content: null, version: 0, modifiedAtMs: 0 };
  return {
    ...plainNode(described as Described, parentId),
    createdAt: iso(entry?.createdAtMs ?? 0),
    ownerId: driveId,
    permissions: permissionsOf(reach),
  };
}

const permissionsOf = (reach: Reach) =>
  (['read', 'write', 'share'] as const).filter((each) => may(reach, each === 'share' ? 'own' : each));

export const changeJson = ({ kind, node, parentId }: ShownChange) => ({
  kind,
  node: plainNode(node, parentId),
});

export const trashJson = (entry: TrashEntry) => ({
  ...plainNode(entry, entry.parentId),
  folderPath: entry.folderPath,
  deletedAt: iso(entry.fromMs),
  deletedById: entry.deletedById,
});

export const versionJson = (version: Version) => ({
  versionId: versionIdOf(version.version),
  name: version.name,
  sizeBytes: version.content.sizeBytes,
  sha256: version.content.sha256,
  modifiedAt: iso(version.modifiedAtMs),
  createdAt: iso(version.createdAtMs),
  createdById: version.byId,
  isCurrent: version.isCurrent,
});

export const snapshotJson = ({ id, name, createdAtMs }: NamedSnapshot) => ({
  id,
  name,
  createdAt: iso(createdAtMs),
});
