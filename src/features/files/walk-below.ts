import type { Id } from '../../lib/ids.ts';
import { invalid } from '../../lib/refusal.ts';
import type { Row } from '../../ports/records/records.ts';
import type { Who } from './access.ts';
import { type FilesContext, requireShown } from './context.ts';
import type { Entry, NodeKind } from './node.ts';
import type { DriveView } from './overlay.ts';
import { fileNodes, folderEntries } from './tables.ts';
import { findFolder } from './tree.ts';

/** An entry that a walk came by. */
export interface Passed {
  id: Id;
  kind: NodeKind;
  name: string;
  /** Where the walk is when it has passed this: from here another one goes on. */
  stop: string;
}

/** A folder that the walk is in. */
interface Frame {
  folderId: Id;
  after: string | undefined;
  rows: Row<Entry>[];
  isLast: boolean;
}

const batchRows = 200;

/**
 * All that lies below a folder one may see, each folder before what it holds. Reads nothing else, so that neither what it
 * costs nor how far it comes tells of anything outside.
 */
export async function* walkBelow(
  context: FilesContext,
  who: Who,
  rootId: Id,
  from: string | undefined,
): AsyncGenerator<Passed> {
  const { drive } = await requireShown(context, who, 'read', rootId);
  const { view } = drive;
  const frames =
    from === undefined ? [frameOf(rootId)] : await framesTo(view, { driveId: drive.id, rootId, stop: from });
  for (let frame = frames.at(-1); frame; frame = frames.at(-1)) {
    const row = await nextOf(view, frame);
    if (!row) {
      frames.pop();
      continue;
    }
    const { id, name, kind } = row.value;
    if (kind === 'folder') frames.push(frameOf(id));
    yield { id, kind, name, stop: stopIn(frames.at(-1)!) };
  }
}

const frameOf = (folderId: Id, after?: string): Frame => ({ folderId, after, rows: [], isLast: false });

async function nextOf(view: DriveView, frame: Frame): Promise<Row<Entry> | undefined> {
  if (frame.rows.length === 0 && !frame.isLast) {
    const { folderId, after } = frame;
    const rows = await view.list(folderEntries, [folderId], { after, limit: batchRows });
    // The last is taken first.
    frame.rows = rows.reverse();
    frame.isLast = rows.length < batchRows;
  }
  const row = frame.rows.pop();
  if (row) frame.after = row.key[1]!;
  return row;
}

const stopIn = ({ folderId, after = '' }: Frame): string => `${folderId} ${after}`;

/** The folders from the root of a walk down to the one it stopped in, each after what leads there. */
async function framesTo(
  view: DriveView,
  { driveId, rootId, stop }: { driveId: Id; rootId: Id; stop: string },
): Promise<Frame[]> {
  const space = stop.indexOf(' ');
  const folder = await findFolder(view, driveId, stop.slice(0, space));
  const depth = folder?.trail.indexOf(rootId) ?? -1;
  if (!folder || depth < 0) throw invalid('cursor', 'This folder has changed. Begin again without a cursor.');
  const trail = folder.trail.slice(depth);
  const frames: Frame[] = [];
  for (const [i, id] of trail.entries()) {
    const below = trail[i + 1];
    const place = below === undefined ? undefined : await view.get(fileNodes, [below]);
    frames.push(frameOf(id, place ? place.nameKey : stop.slice(space + 1) || undefined));
  }
  return frames;
}
