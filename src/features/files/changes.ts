import { decodeCursor, encodeCursor } from '../../lib/cursors.ts';
import { type Id, isId } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import type { Who } from './access.ts';
import { type Drive, type FilesContext, requireShown } from './context.ts';
import type { Draft } from './draft.ts';
import { type Change, type ChangedNode, stretchOf, stretchPositions } from './journal.ts';
import { positionKey, positionOf } from './node.ts';
import { fileJournal } from './tables.ts';

/** A change as it looks from a folder: what left it was deleted there, what came was created. */
export interface ShownChange {
  kind: 'created' | 'updated' | 'moved' | 'deleted';
  node: ChangedNode;
  /** Null where that lies above the folder looked from. */
  parentId: Id | null;
  position: number;
}

/** Changes looked at for a page: one of a folder in a busy drive may come short. */
const examinedMax = 2000;
const batchRows = 100;

/** The changes of a drive, or of a folder and what is below it, in order, after a cursor. */
export async function listChanges(
  context: FilesContext,
  who: Who,
  given: { cursor?: string | undefined; rootId?: string | undefined; limit: number },
): Promise<{ items: ShownChange[]; nextCursor: string; hasMore: boolean }> {
  const { drive, rootId } = await openRoot(context, who, given.rootId);
  const head = drive.head.position;
  const from = positionIn(given.cursor, rootId, head);
  const items: ShownChange[] = [];
  let position = from;
  for await (const [at, change] of changesAfter(drive, from)) {
    if (items.length >= given.limit || at - from > examinedMax) break;
    position = at;
    const shown = seenFrom(rootId, drive.id, change, at);
    if (shown) items.push(shown);
  }
  return { items, nextCursor: cursorOf(rootId, position), hasMore: position < head };
}

/** Whether anything below a folder was changed after a cursor; also where so much was that not all is looked at. */
export async function isChangedBelow(draft: Draft, rootId: Id, cursor: string): Promise<boolean> {
  const { driveId, numbers, changesBefore } = draft;
  const isSeen = (change: Change) => seenFrom(rootId, driveId, change, 0) !== undefined;
  if (changesBefore.some(isSeen)) return true;
  const position = numbers.position - changesBefore.length;
  const from = positionIn(cursor, rootId, position);
  if (position - from > examinedMax) return true;
  const drive = { id: driveId, head: { ...numbers, position }, view: draft.view };
  for await (const [, change] of changesAfter(drive, from)) if (isSeen(change)) return true;
  return false;
}

/** Where the changes that are still to come begin. */
export async function latestCursor(
  context: FilesContext,
  who: Who,
  given: { rootId?: string | undefined },
): Promise<string> {
  const { drive, rootId } = await openRoot(context, who, given.rootId);
  return cursorOf(rootId, drive.head.position);
}

/** Without a cursor: from the first change on. */
function positionIn(cursor: string | undefined, rootId: Id, head: number): number {
  const [cursorRoot, key] = decodeCursor('changes', cursor, 2) ?? [rootId, positionKey(0)];
  if (cursorRoot !== rootId || !isId(key) || positionOf(key) > head) {
    throw invalid('cursor', 'This cursor is not from this list. Begin again without one.');
  }
  return positionOf(key);
}

const cursorOf = (rootId: Id, position: number) => encodeCursor('changes', [rootId, positionKey(position)]);

async function openRoot(context: FilesContext, who: Who, rootId: string | undefined) {
  const id = rootId ?? ('userId' in who ? who.userId : who.nodeId);
  const { drive } = await requireShown(context, who, 'read', id);
  return { drive, rootId: id };
}

/** The changes of a drive after a position, in order, with their positions. */
export async function* changesAfter(
  { id, head, view }: Drive,
  after: number,
): AsyncGenerator<[number, Change, number]> {
  let seen = after;
  // A commit lies in the stretch of its last change: its first ones may have positions of the stretch before.
  let looked = after;
  while (looked < head.position) {
    const stretch = stretchOf(looked + 1);
    const rows = await view.list(fileJournal, [id, stretch], {
      after: positionKey(looked),
      limit: batchRows,
    });
    for (const { key, value } of rows) {
      const last = positionOf(key[2]!);
      const first = last - value.changes.length + 1;
      for (const [i, change] of value.changes.entries()) {
        if (first + i > seen) yield [first + i, change, value.atMs];
      }
      seen = last;
      looked = last;
    }
    if (rows.length === 0) looked = (Number(stretch) + 1) * stretchPositions - 1;
  }
}

function seenFrom(rootId: Id, driveId: Id, change: Change, position: number): ShownChange | undefined {
  const { kind, node, trail, formerTrail } = change;
  if (!node || kind === 'purged') return undefined;
  const isInside = trail.includes(rootId);
  const wasInside = (formerTrail ?? trail).includes(rootId);
  const parentId = trail.at(-1) ?? driveId;
  const shown = (seen: ShownChange['kind'], parent: Id | null) => ({
    kind: seen,
    node,
    parentId: parent,
    position,
  });
  if (kind === 'deleted') return wasInside ? shown('deleted', parentId) : undefined;
  if (kind === 'moved') {
    if (isInside) return shown(wasInside ? 'moved' : 'created', parentId);
    return wasInside ? shown('deleted', formerTrail!.at(-1)!) : undefined;
  }
  if (!isInside) return undefined;
  return shown(kind === 'updated' ? 'updated' : 'created', parentId);
}
