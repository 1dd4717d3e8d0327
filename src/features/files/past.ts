/** The tree of a drive as it was after any change. Nothing is replayed: each row says from when until when it held. */
import type { Id } from '../../lib/ids.ts';
import { eraKey, eraOf, stretchOf, stretchPositions } from './journal.ts';
import { nameKeyOf } from './names.ts';
import { type Entry, type PastEntry, positionKey, positionOf } from './node.ts';
import { compareText, type DriveView } from './overlay.ts';
import { fileJournal, folderEntries, pastEntries, pastEras } from './tables.ts';

/** A folder's page of the past reads from as many places as eras have gone by since. */
const erasMax = 1000;
const batchRows = 500;

const heldAt = (entry: Entry, position: number) => entry.from <= position;
const stoodAt = (entry: PastEntry, position: number) => entry.from <= position && position < entry.until;

async function erasSince(view: DriveView, folderId: Id, position: number): Promise<string[]> {
  const after = eraOf(position) === 0 ? undefined : eraKey(eraOf(position) - 1);
  const rows = await view.list(pastEras, [folderId], { after, limit: erasMax });
  return rows.map(({ key }) => key[1]!);
}

/** What a folder held under a clean name. */
export async function childAt(
  view: DriveView,
  folderId: Id,
  name: string,
  position: number,
): Promise<Entry | undefined> {
  const nameKey = nameKeyOf(name);
  const now = await view.get(folderEntries, [folderId, nameKey]);
  if (now && heldAt(now, position)) return now;
  const before = positionKey(position + 1);
  for (const era of await erasSince(view, folderId, position)) {
    const [row] = await view.list(pastEntries, [folderId, era, nameKey], { before, reverse: true, limit: 1 });
    if (row && stoodAt(row.value, position)) return row.value;
  }
  return undefined;
}

/** What a folder held, by name, up to `limit` after a name key. */
export async function listAt(
  view: DriveView,
  folderId: Id,
  position: number,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ nameKey: string; entry: Entry }[]> {
  const eras = await erasSince(view, folderId, position);
  const sources = [
    currentAt(view, folderId, position, after),
    ...eras.map((era) => pastAt(view, folderId, era, { position, after })),
  ];
  const heads = await Promise.all(sources.map(async (source) => ({ source, head: await source.next() })));
  const found: { nameKey: string; entry: Entry }[] = [];
  while (found.length < limit) {
    const first = heads
      .filter(({ head }) => !head.done)
      .sort((a, b) => compareText(a.head.value!.nameKey, b.head.value!.nameKey))[0];
    if (!first) break;
    found.push(first.head.value!);
    first.head = await first.source.next();
  }
  return found;
}

type Source = AsyncGenerator<{ nameKey: string; entry: Entry }, undefined>;

async function* currentAt(view: DriveView, folderId: Id, position: number, from?: string): Source {
  let after = from;
  for (;;) {
    const rows = await view.list(folderEntries, [folderId], { after, limit: batchRows });
    for (const { key, value } of rows) {
      if (heldAt(value, position)) yield { nameKey: key[1]!, entry: value };
    }
    if (rows.length < batchRows) return undefined;
    after = rows.at(-1)!.key[1]!;
  }
}

/** Of one era. A name has at most one entry that stood at a position. */
async function* pastAt(
  view: DriveView,
  folderId: Id,
  era: string,
  { position, after: from }: { position: number; after: string | undefined },
): Source {
  let after = from;
  for (;;) {
    const rows = await view.list(pastEntries, [folderId, era], { after, limit: batchRows });
    const isLast = rows.length < batchRows;
    const lastName = rows.at(-1)?.key[2];
    // The last name of a full batch may go on beyond it: it is looked up, or comes with the next one.
    const isOneName = !isLast && rows[0]!.key[2] === lastName;
    const whole = isLast ? rows : rows.filter(({ key }) => key[2] !== lastName);
    for (const { key, value } of whole) {
      if (stoodAt(value, position)) yield { nameKey: key[2]!, entry: value };
      after = key[2]!;
    }
    if (isLast) return undefined;
    if (!isOneName) continue;
    const before = positionKey(position + 1);
    const [row] = await view.list(pastEntries, [folderId, era, lastName!], {
      before,
      reverse: true,
      limit: 1,
    });
    if (row && stoodAt(row.value, position)) yield { nameKey: lastName!, entry: row.value };
    after = lastName!;
  }
}

/** The entry of the journal in which a position lies. */
async function journalAt(view: DriveView, driveId: Id, position: number, head: number) {
  for (let at = position; at <= head; at = (Math.floor(at / stretchPositions) + 1) * stretchPositions) {
    const prefix = [driveId, stretchOf(at)];
    const [row] = await view.list(fileJournal, prefix, { after: positionKey(at - 1), limit: 1 });
    if (row) return { last: positionOf(row.key[2]!), entry: row.value };
  }
  return undefined;
}

/** The position that a drive had at a moment; 0 before its first change. O(log of the journal). */
export async function positionAt(
  view: DriveView,
  driveId: Id,
  { timeMs, head }: { timeMs: number; head: number },
): Promise<number> {
  let low = 0;
  let high = head;
  while (low < high) {
    const middle = Math.floor((low + high) / 2) + 1;
    const found = await journalAt(view, driveId, middle, head);
    if (!found || found.entry.atMs > timeMs)
      high = found ? found.last - found.entry.changes.length : middle - 1;
    else low = found.last;
  }
  return low;
}
