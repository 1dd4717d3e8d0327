import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound } from '../../lib/refusal.ts';
import { type FilesContext, openDrive } from './context.ts';
import type { Draft } from './draft.ts';
import { findMoment, type Moment } from './moment.ts';
import type { Entry } from './node.ts';
import { type DriveView, onceView } from './overlay.ts';
import { childAt, isVersionShown, listAt, type OpenView, type Standing } from './past.ts';
import { fileNodes, fileSnapshots } from './tables.ts';

/** Ends a walk upwards that reads caught in the midst of moves. */
const heightMax = 500;

/**
 * One's drive as it was at a moment: what is looked at of it, and what comes back of it, are the same. Snapshots keep
 * what was deleted for good since; at moments it is not there, whether or not it is cleared away yet and whatever else
 * keeps it.
 */
export class PastDrive {
  readonly driveId: Id;
  readonly #moment: Moment;
  readonly #position: number;
  readonly #open: OpenView;

  constructor(context: FilesContext, driveId: Id, moment: Moment, position: number) {
    this.driveId = driveId;
    this.#moment = moment;
    this.#position = position;
    this.#open = async () => (await openDrive(context, driveId)).view;
  }

  /** What lay at a path; null for the root. Nothing leads through what was deleted for good. */
  async at(names: readonly string[]): Promise<Entry | null> {
    let entry: Entry | null = null;
    for (const name of names) {
      if (entry && entry.kind !== 'folder') throw notFound();
      const child: Entry | undefined = await childAt(
        this.#open,
        entry?.id ?? this.driveId,
        name,
        this.#position,
      );
      if (!child || (await this.#goneOf([child.id])).has(child.id)) throw notFound();
      entry = child;
    }
    return entry;
  }

  /** What a folder that `at` found held, by name. Fewer may come than lie up to the name key it is to go on from. */
  async list(
    folderId: Id,
    { after, limit }: { after?: string | undefined; limit: number },
  ): Promise<{ items: Standing[]; next: string | undefined }> {
    const { found, next } = await listAt(this.#open, folderId, this.#position, { after, limit });
    // What is there still is not gone where its folder is not.
    const gone = await this.#goneOf(found.flatMap(({ entry }) => ('until' in entry ? [entry.id] : [])));
    return { items: found.filter(({ entry }) => !gone.has(entry.id)), next };
  }

  /**
   * Whether something that was listed is part of it still, decided with a draft: it may have been deleted for good
   * since. Refuses where the whole of it is kept no more.
   */
  async has({ view }: Draft, entry: Entry): Promise<boolean> {
    const { driveId } = this;
    if ('snapshotId' in this.#moment) {
      if (!(await view.get(fileSnapshots, [driveId, this.#moment.snapshotId]))) throw notFound();
    } else if (await isGone(view, driveId, entry.id)) return false;
    // What nothing shows any more may have lost its bytes.
    if (entry.content && !(await isVersionShown(view, entry))) throw notFound();
    return true;
  }

  async #goneOf(ids: readonly Id[]): Promise<Set<Id>> {
    if (ids.length === 0 || 'snapshotId' in this.#moment) return new Set();
    // What moves meanwhile may look gone: that is seen only by looking again.
    const once = await goneOf(await this.#open(), this.driveId, ids);
    return once.length === 0 ? new Set() : new Set(await goneOf(await this.#open(), this.driveId, once));
  }
}

/** Refuses with `not-found` where there is no such snapshot. */
export async function openPast(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
): Promise<PastDrive> {
  const { drive, position } = await findMoment(context, principal, moment);
  return new PastDrive(context, drive.id, moment, position);
}

async function goneOf(view: DriveView, driveId: Id, ids: readonly Id[]): Promise<Id[]> {
  const once = onceView(view);
  const found = await Promise.all(ids.map((id) => isGone(once, driveId, id)));
  return ids.filter((_, i) => found[i]);
}

/** Whether a node, or a folder it was in to the last, was deleted for good. O(depth). */
async function isGone(view: DriveView, driveId: Id, id: Id): Promise<boolean> {
  let at = id;
  for (let height = 0; height < heightMax && at !== driveId; height++) {
    const place = await view.get(fileNodes, [at]);
    if (place?.driveId !== driveId || place.isPurged) return true;
    if (place.trashedAt !== undefined) return false;
    at = place.parentId;
  }
  return false;
}
