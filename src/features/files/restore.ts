import type { Id } from '../../lib/ids.ts';
import type { Principal } from '../../lib/principal.ts';
import { notFound, Refusal } from '../../lib/refusal.ts';
import { actorOf } from './access.ts';
import { type FilesContext, openDrive } from './context.ts';
import type { Draft } from './draft.ts';
import { add, move, requireFolder, trash, update } from './edits.ts';
import type { Moment } from './moment.ts';
import { nameKeyOf, splitPath } from './names.ts';
import type { Entry } from './node.ts';
import { compareText, type DriveView } from './overlay.ts';
import { openPast, type PastDrive } from './past-drive.ts';
import { folderEntries } from './tables.ts';
import { childOf, type Folder, findFolder, findNode, nodeIn, rootOf } from './tree.ts';

/** A folder that is to hold again what a folder held then. */
interface Pair {
  nowId: Id;
  thenId: Id;
}

const pageRows = 200;
/** Changes of a restore that are decided together, where they fit. */
const editsAtOnce = 16;

/**
 * Makes one's drive, or what lay at a path in it, what it was at a moment. All of it are changes like any others: so it
 * can be undone by going back to the moment before. Repeated after it broke off, it does the rest.
 */
export async function restoreMoment(
  context: FilesContext,
  principal: Principal,
  moment: Moment,
  path = '/',
): Promise<void> {
  const names = splitPath(path);
  const driveId = principal.userId;
  const past = await openPast(context, principal, moment);
  const run = new Restoring(context, principal, past);
  const entry = await past.at(names);
  if (!entry) return run.folders([{ nowId: driveId, thenId: driveId }], driveId);
  const above = await run.foldersTo(names.slice(0, -1));
  run.scopeId = entry.id;
  const [placed] = await run.place(above, [entry]);
  if (!placed) throw notFound();
  if (entry.kind === 'folder') await run.folders([{ nowId: placed, thenId: entry.id }], placed);
}

class Restoring {
  readonly #context: FilesContext;
  readonly #principal: Principal;
  readonly #past: PastDrive;
  /** What lies outside of this folder stays where it is, and is copied. */
  scopeId: Id;

  constructor(context: FilesContext, principal: Principal, past: PastDrive) {
    this.#context = context;
    this.#principal = principal;
    this.#past = past;
    this.scopeId = principal.userId;
  }

  /**
   * From the top down, so that when a folder's turn comes, all above it is as it was: nothing is ever placed into
   * itself. What stands in the way goes into the trash, from where it is taken if its place is still to come. What was
   * not there then goes at the end, when nothing is needed any more from within it.
   */
  async folders(roots: readonly Pair[], scopeId: Id): Promise<void> {
    this.scopeId = scopeId;
    const pairs = [...roots];
    for (const pair of pairs) {
      for await (const page of this.#pageThen(pair.thenId)) {
        const placed = await this.place(pair.nowId, page);
        for (const [i, entry] of page.entries()) {
          const nowId = placed[i];
          if (entry.kind === 'folder' && nowId) pairs.push({ nowId, thenId: entry.id });
        }
      }
    }
    for (const pair of pairs) await this.#trashExtras(pair);
  }

  /** Puts entries of then into a folder of now; answers the ids they have now, none for what was deleted for good since. */
  async place(folderId: Id, entries: readonly Entry[]): Promise<(Id | undefined)[]> {
    const view = await this.#view();
    const placed: (Id | undefined)[] = [];
    for (const entry of entries) {
      const there = await childOf(view, folderId, entry.name);
      placed.push(there && isAsThen(there, entry) ? entry.id : undefined);
    }
    const missing = entries.flatMap((entry, i) => (placed[i] === undefined ? [{ entry, i }] : []));
    for (let from = 0; from < missing.length; from += editsAtOnce) {
      await Promise.all(
        missing.slice(from, from + editsAtOnce).map(async ({ entry, i }) => {
          const newId = this.#context.ids.next();
          placed[i] = await this.#edit((draft) => this.#placeOne(draft, folderId, entry, newId));
        }),
      );
    }
    return placed;
  }

  async #placeOne(draft: Draft, folderId: Id, entry: Entry, newId: Id): Promise<Id | undefined> {
    if (!(await this.#past.has(draft, entry))) return undefined;
    const actor = actorOf(this.#principal);
    const folder = await requireFolder(draft, folderId);
    const there = await childOf(draft.view, folder.id, entry.name);
    const content = entry.content;
    if (there?.id === entry.id) {
      let node = nodeIn(folder, there);
      if (there.name !== entry.name) node = await move(draft, actor, node, { folder, name: entry.name });
      if (content && there.version !== entry.version && !isSameContent(there, entry)) {
        await update(draft, actor, node, { content, modifiedAtMs: entry.modifiedAtMs });
      }
      return entry.id;
    }
    if (there) await trash(draft, actor, nodeIn(folder, there));
    const former = await findNode(draft.view, draft.driveId, entry.id);
    const isMine =
      former && (former.isTrashed || former.trail.includes(this.scopeId)) && !folder.trail.includes(entry.id);
    if (!isMine) {
      const { kind, name, modifiedAtMs } = entry;
      const made = await add(draft, actor, folder, { id: newId, kind, name, content, modifiedAtMs });
      return made.entry.id;
    }
    const node = await move(draft, actor, former, { folder, name: entry.name });
    if (content && !isSameContent(node.entry, entry)) {
      await update(draft, actor, node, { content, modifiedAtMs: entry.modifiedAtMs });
    }
    return entry.id;
  }

  /** What a folder holds now and did not hold then. */
  async #trashExtras({ nowId, thenId }: Pair): Promise<void> {
    const view = await this.#view();
    let after: string | undefined;
    for (;;) {
      const now = await view.list(folderEntries, [nowId], { after, limit: pageRows });
      const last = now.at(-1)?.key[1];
      const then = new Set<string>();
      for await (const page of this.#pageThen(thenId, after)) {
        for (const { name } of page) then.add(nameKeyOf(name));
        if (last === undefined || compareText(nameKeyOf(page.at(-1)!.name), last) >= 0) break;
      }
      const extras = now.filter(({ key }) => !then.has(key[1]!));
      for (let from = 0; from < extras.length; from += editsAtOnce) {
        await Promise.all(
          extras.slice(from, from + editsAtOnce).map(({ value }) =>
            this.#edit(async (draft) => {
              const node = await findNode(draft.view, draft.driveId, value.id);
              if (node && !node.isTrashed && node.place.parentId === nowId) {
                await trash(draft, actorOf(this.#principal), node);
              }
            }),
          ),
        );
      }
      if (now.length < pageRows) return;
      after = last;
    }
  }

  /** The folders of a path of now; what is missing is made. */
  async foldersTo(names: readonly string[]): Promise<Id> {
    let folder: Folder = rootOf(this.#principal.userId);
    for (const name of names) {
      const above = folder;
      const id = this.#context.ids.next();
      folder = await this.#edit(async (draft) => {
        const there = await childOf(draft.view, above.id, name);
        if (there && there.kind !== 'folder') throw new Refusal('conflict', `${name} is a file now.`);
        if (!there) {
          const actor = actorOf(this.#principal);
          const into = await requireFolder(draft, above.id);
          await add(draft, actor, into, { id, kind: 'folder', name, content: null });
        }
        return (await findFolder(draft.view, draft.driveId, there?.id ?? id))!;
      });
    }
    return folder.id;
  }

  async *#pageThen(folderId: Id, from?: string): AsyncGenerator<Entry[]> {
    let after = from;
    do {
      const { items, next } = await this.#past.list(folderId, { after, limit: pageRows });
      if (items.length > 0) yield items.map(({ entry }) => entry);
      after = next;
    } while (after !== undefined);
  }

  async #view(): Promise<DriveView> {
    return (await openDrive(this.#context, this.#principal.userId)).view;
  }

  #edit<Result>(edit: (draft: Draft) => Promise<Result>): Promise<Result> {
    return this.#context.writer.edit(this.#principal.userId, edit);
  }
}

const isSameContent = (a: Entry, b: Entry) => a.content?.id === b.content?.id;
/** Nothing is to be done for it; what a folder holds is looked at by itself. */
const isAsThen = (now: Entry, then: Entry) =>
  now.id === then.id && now.name === then.name && isSameContent(now, then);
