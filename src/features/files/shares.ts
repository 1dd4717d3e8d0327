import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { fillPage } from '../../lib/filtered-page.ts';
import { type Id, isId } from '../../lib/ids.ts';
import { onBehalfOf, type Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { type Commit, write } from '../../ports/records/records.ts';
import { type FilesContext, requireShown, type ShownNode, shownNode } from './context.ts';
import type { NodeKind } from './node.ts';
import type { Page } from './read-files.ts';
import { type Grant, grantsMax, type SharedRole } from './share.ts';
import { fileGrants, fileGrantsByDrive, filesSharedWith } from './tables.ts';

/** A grant, called by the person it is for. */
export type Share = Grant & { userId: Id };

const attemptsMax = 8;

/** Lets a person see or change a node and all below it, from now on. Asked again it changes the role. */
export async function shareWith(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  { userId, role }: { userId: Id; role: SharedRole },
): Promise<{ share: Share; isNew: boolean }> {
  const { drive } = await requireShown(context, principal, 'own', nodeId);
  if (userId === principal.userId) throw invalid('userId', 'This is yours already.');
  if (!isId(userId) || !(await context.reaches(principal.userId, userId))) {
    throw invalid('userId', 'There is nobody of this name to share with.');
  }
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = await context.records.get(fileGrants, [nodeId, userId]);
    if (!row) {
      const granted = await context.records.list(fileGrants, [nodeId], { limit: grantsMax });
      if (granted.length >= grantsMax)
        throw invalid('userId', `One shares with at most ${grantsMax} people.`);
    }
    const createdAtMs = row?.value.createdAtMs ?? context.clock.nowMs();
    const grant: Grant = { driveId: drive.id, role, createdAtMs };
    const result = await context.records.commit({
      decide: [
        row
          ? write.replace(fileGrants, [nodeId, userId], grant, row.version)
          : write.insert(fileGrants, [nodeId, userId], grant),
      ],
      then: [
        write.put(filesSharedWith, [userId, nodeId], { driveId: drive.id, atMs: createdAtMs }),
        write.put(fileGrantsByDrive, [drive.id, nodeId, userId], {}),
      ],
      hints: hintsOf(drive.id, nodeId, userId),
    });
    if (result.ok) return { share: { ...grant, userId }, isNew: !row };
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

/** Takes it back: from now on it is hidden from that person. Who it is for can also give it up. */
export async function endShare(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
  userId: string,
): Promise<void> {
  const need = userId === principal.userId ? 'read' : 'own';
  const { drive } = await requireShown(context, principal, need, nodeId);
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const row = isId(userId) ? await context.records.get(fileGrants, [nodeId, userId]) : undefined;
    if (!row) throw notFound();
    const result = await context.records.commit(endGrant(drive.id, nodeId, userId, row.version));
    if (result.ok) return;
  }
  throw new Refusal('conflict', 'This is being changed elsewhere. Try again.');
}

export function endGrant(driveId: Id, nodeId: Id, userId: Id, version: number): Commit {
  return {
    decide: [write.remove(fileGrants, [nodeId, userId], version)],
    then: [
      write.remove(filesSharedWith, [userId, nodeId]),
      write.remove(fileGrantsByDrive, [driveId, nodeId, userId]),
    ],
    hints: hintsOf(driveId, nodeId, userId),
  };
}

export const hintsOf = (driveId: Id, nodeId: Id, userId: Id) => [
  { kind: 'share.changed', key: driveId, data: { driveId, nodeId, userId } },
];

/** Whom a node itself is shared with. */
export async function listShares(
  context: FilesContext,
  principal: Principal,
  nodeId: string,
): Promise<Share[]> {
  await requireShown(context, principal, 'own', nodeId);
  const rows = await context.records.list(fileGrants, [nodeId], { limit: grantsMax });
  return rows.map(({ key, value }) => ({ ...value, userId: key[1]! }));
}

/** The ids of what is shared with somebody, in order, whether or not it can be seen now. One read. */
export async function sharedIds(
  { records }: FilesContext,
  principal: Principal,
  limit: number,
): Promise<Id[]> {
  const rows = await records.list(filesSharedWith, [principal.userId], { limit });
  return rows.map(({ key }) => key[1]!);
}

/** What others share with one, that is not in their trash. */
export async function sharedWithMe(
  context: FilesContext,
  principal: Principal,
  { limit, cursor }: Page,
): Promise<{ items: ShownNode[]; nextCursor: string | null }> {
  const page = await fillPage({
    limit,
    from: decodeCursor('shared-with-me', cursor, 1)?.[0],
    read: (after, count) =>
      context.records.list(filesSharedWith, [principal.userId], { after, limit: count }),
    show: (rows) => Promise.all(rows.map(({ key }) => shownTo(context, principal, key[1]!))),
    keyOf: ({ key }) => key[1]!,
  });
  return {
    items: page.items,
    nextCursor: page.next === null ? null : encodeCursor('shared-with-me', [page.next]),
  };
}

async function shownTo(context: FilesContext, principal: Principal, id: Id): Promise<ShownNode | undefined> {
  try {
    const { found, reach } = await requireShown(context, principal, 'read', id);
    return shownNode(found, reach);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

export interface StandingGrant {
  ownerId: Id;
  /** Empty for a whole drive. */
  name: string;
  kind: NodeKind;
  atMs: number;
}

/** A grant as it stands, for whoever tells people of it: undefined where it does not reach them. */
export async function standingGrant(
  context: FilesContext,
  nodeId: Id,
  userId: Id,
): Promise<StandingGrant | undefined> {
  const row = await context.records.get(fileGrants, [nodeId, userId]);
  if (!row) return undefined;
  const node = await shownTo(context, onBehalfOf(userId), nodeId);
  const { driveId, createdAtMs } = row.value;
  if (!node) return undefined;
  const { name = '', kind = 'folder' } = node.entry ?? {};
  return { ownerId: driveId, name, kind, atMs: createdAtMs };
}

/** Who is concerned by a change below these nodes, beside the owner. At most `concernedMax`. */
export async function concernedBy(
  { records }: Pick<FilesContext, 'records'>,
  driveId: Id,
  nodeIds: ReadonlySet<Id>,
): Promise<Id[]> {
  const rows = await records.list(fileGrantsByDrive, [driveId], { limit: 1000 });
  const concerned = rows.filter(({ key }) => nodeIds.has(key[1]!)).map(({ key }) => key[2]!);
  return [...new Set(concerned)].slice(0, concernedMax);
}
const concernedMax = 200;
