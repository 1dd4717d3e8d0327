/** The tree of a drive as it was after any change. Nothing is replayed: each row says from when until when it held. */
import type { Id } from '../../lib/ids.ts';
import { eraKey, eraOf, stretchOf, stretchPositions } from './journal.ts';
import { nameKeyOf } from './names.ts';
import { type Entry, type PastEntry, positionKey, positionOf } from './node.ts';
import { compareText, type DriveView } from './overlay.ts';
import { fileJournal, fileNodes, folderEntries, nodePasts, pastEntries, pastEras } from './tables.ts';
import { entryAt } from './tree.ts';

/** A folder's page of the past reads from as many places as eras have gone by since. */
const erasMax = 1000;
const batchRows = 500;
/** Names of now that are gone through for one page, since most may be younger than the moment. */
const batchesMax = 8;

/**
 * Opens a drive as its head has it by then. What held at a position goes from the rows of now to those of the past while
 * others change the drive, and never back: so the rows of now are read first, and those of the past through a view that
 * was opened afterwards, which has every change that the first could have seen.
 */
export type OpenView = () => Promise<DriveView>;

const heldAt = (entry: Entry, position: number) => entry.from <= position;
const stoodAt = (entry: PastEntry, position: number) => entry.from <= position && position < entry.until;

async function erasSince(view: DriveView, folderId: Id, position: number): Promise<string[]> {
  const after = eraOf(position) === 0 ? undefined : eraKey(eraOf(position) - 1);
  const rows = await view.list(pastEras, [folderId], { after, limit: erasMax });
  return rows.map(({ key }) => key[1]!);
}

/** What a folder held under a clean name. */
export async function childAt(
  open: OpenView,
  folderId: Id,
  name: string,
  position: number,
): Promise<Entry | undefined> {
  const nameKey = nameKeyOf(name);
  const now = await (await open()).get(folderEntries, [folderId, nameKey]);
  if (now && heldAt(now, position)) return now;
  const view = await open();
  const before = positionKey(position + 1);
  for (const era of await erasSince(view, folderId, position)) {
    const [row] = await view.list(pastEntries, [folderId, era, nameKey], { before, reverse: true, limit: 1 });
    if (row && stoodAt(row.value, position)) return row.value;
  }
  return undefined;
}

/** What stood in a folder under a name: a `PastEntry` where it does so no more. */
export interface Standing {
  nameKey: string;
  entry: Entry | PastEntry;
}

/**
 * What a folder held, by name, up to `limit` after a name key: fewer where many names came later. `next` is what to go on
 * after; undefined at the end.
 */
export async function listAt(
  open: OpenView,
  folderId: Id,
  position: number,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ found: Standing[]; next: string | undefined }> {
  const found: Standing[] = [];
  let from = after;
  let rows = Math.min(limit, batchRows);
  for (let batch = 1; ; batch++, rows = Math.min(rows * 4, batchRows)) {
    const now = await (await open()).list(folderEntries, [folderId], { after: from, limit: rows });
    const upTo = now.length < rows ? undefined : now.at(-1)!.key[1]!;
    const view = await open();
    const eras = await erasSince(view, folderId, position);
    const sources = [
      heldOf(now, position),
      ...eras.map((era) => pastAt(view, folderId, era, { position, after: from, upTo })),
    ];
    for await (const standing of merged(sources)) {
      if (found.length === limit) return { found, next: found.at(-1)!.nameKey };
      found.push(standing);
    }
    if (upTo === undefined || batch === batchesMax) return { found, next: upTo };
    from = upTo;
  }
}

type Source = AsyncGenerator<Standing, undefined>;

/** By name; what comes from several of them is the same, and comes once. */
async function* merged(sources: readonly Source[]): Source {
  const heads = await Promise.all(sources.map(async (source) => ({ source, head: await source.next() })));
  let last: string | undefined;
  for (;;) {
    const first = heads
      .filter(({ head }) => !head.done)
      .sort((a, b) => compareText(a.head.value!.nameKey, b.head.value!.nameKey))[0];
    if (!first) return undefined;
    const standing = first.head.value!;
    if (standing.nameKey !== last) yield standing;
    last = standing.nameKey;
    first.head = await first.source.next();
  }
}

async function* heldOf(rows: readonly { key: readonly string[]; value: Entry }[], position: number): Source {
  for (const { key, value } of rows) if (heldAt(value, position)) yield { nameKey: key[1]!, entry: value };
  return undefined;
}

/** Of one era, up to a name key. A name has at most one entry that stood at a position. */
async function* pastAt(
  view: DriveView,
  folderId: Id,
  era: string,
  { position, after: from, upTo }: { position: number; after: string | undefined; upTo: string | undefined },
): Source {
  const isBeyond = (nameKey: string) => upTo !== undefined && compareText(nameKey, upTo) > 0;
  let after = from;
  for (;;) {
    const rows = await view.list(pastEntries, [folderId, era], { after, limit: batchRows });
    const isLast = rows.length < batchRows;
    const lastName = rows.at(-1)?.key[2];
    // The last name of a full batch may go on beyond it: it is looked up, or comes with the next one.
    const isOneName = !isLast && rows[0]!.key[2] === lastName;
    const whole = isLast ? rows : rows.filter(({ key }) => key[2] !== lastName);
    for (const { key, value } of whole) {
      if (isBeyond(key[2]!)) return undefined;
      if (stoodAt(value, position)) yield { nameKey: key[2]!, entry: value };
      after = key[2]!;
    }
    if (isLast) return undefined;
    if (!isOneName) continue;
    if (isBeyond(lastName!)) return undefined;
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

/** Whether something shows a version, now or in the past: as long as that is so, it keeps its content. */
export async function isVersionShown(
  view: DriveView,
  { id, version }: Pick<Entry, 'id' | 'version'>,
): Promise<boolean> {
  const place = await view.get(fileNodes, [id]);
  const now = place && (await entryAt(view, place));
  if (now?.id === id && now.version === version) return true;
  const rows = await view.list(nodePasts, [id], { after: positionKey(version - 1), limit: 1 });
  return rows[0]?.value.version === version;
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
