/** The queue of files on their way: at most two at once, whatever page is open. */
import type { FileNode } from '../../../../sdk/schema.ts';
import { api, KithError } from '../../api/client.ts';
import { refreshFiles } from '../../api/refresh-files.ts';
import { type FileUpload, fileUploads } from '../../state/file-uploads.ts';
import { me, onMeChange } from '../../state/session.ts';
import { folderIn, sameName } from './find-folder.ts';
import type { Gathered } from './gather-files.ts';
import { endByTus, StaleUpload, sendByTus, type TusStanding } from './tus-client.ts';

export const uploadsMax = 10_000;
const atOnceMax = 2;
/** While more than these wait, the list of files follows at some distance. */
const fewMax = 4;
const manyMs = 2000;

interface Order {
  file: File;
  /** Folders below `parentId` that are made where they are missing. */
  folders: readonly string[];
  parentId: string;
  baseVersionId: string | undefined;
  standing: TusStanding;
  abort: AbortController | undefined;
}

const orders = new Map<number, Order>();
let lastId = 0;

interface Into {
  parentId: string;
  /** What is known to lie there, by `sameName`: what is sent under its name becomes its next version. */
  known?: ReadonlyMap<string, FileNode>;
}

export function addUploads({ files, folders }: Gathered, { parentId, known }: Into): void {
  const added = files.slice(0, uploadsMax - orders.size).map((each): FileUpload => {
    const there = each.folders.length === 0 ? known?.get(sameName(each.file.name)) : undefined;
    return add(each.file, each.file.name, {
      parentId,
      folders: each.folders,
      baseVersionId: there?.versionId ?? undefined,
    });
  });
  fileUploads.set([...fileUploads.get(), ...added]);
  void makeFolders(parentId, folders);
  start();
}

/** A file of any name, as the next version of just the one that was seen. */
export function addVersion(file: File, of: FileNode): void {
  const order = { parentId: of.parentId!, folders: [], baseVersionId: of.versionId ?? undefined };
  fileUploads.set([...fileUploads.get(), add(file, of.name, order)]);
  start();
}

function add(
  file: File,
  name: string,
  order: Pick<Order, 'parentId' | 'folders' | 'baseVersionId'>,
): FileUpload {
  lastId += 1;
  orders.set(lastId, { ...order, file, standing: { offsetBytes: 0 }, abort: undefined });
  const isNewVersion = order.baseVersionId !== undefined;
  return { id: lastId, name, sizeBytes: file.size, sentBytes: 0, is: 'waiting', isNewVersion };
}

/** Also those that hold no file. */
async function makeFolders(parentId: string, folders: readonly (readonly string[])[]): Promise<void> {
  for (const names of folders) await folderIn(parentId, names).catch(() => {});
  if (folders.length > 0) refreshFiles();
}

function change(id: number, to: Partial<FileUpload>): void {
  fileUploads.set(fileUploads.get().map((each) => (each.id === id ? { ...each, ...to } : each)));
}

const isUnderWay = ({ is }: FileUpload) => is === 'sending' || is === 'reconnecting';

function start(): void {
  const all = fileUploads.get();
  guardLeaving(all.some((each) => isUnderWay(each) || each.is === 'waiting'));
  const free = atOnceMax - all.filter(isUnderWay).length;
  for (const { id, name } of all.filter(({ is }) => is === 'waiting').slice(0, Math.max(0, free)))
    void send(id, name);
}

async function send(id: number, name: string): Promise<void> {
  const order = orders.get(id)!;
  const abort = new AbortController();
  order.abort = abort;
  change(id, { is: 'sending', error: undefined });
  try {
    const parentId = await folderIn(order.parentId, order.folders);
    const modifiedAt = new Date(order.file.lastModified).toISOString();
    const target = { parentId, name, modifiedAt, baseVersionId: order.baseVersionId };
    await sendByTus(order.file, target, order.standing, {
      signal: abort.signal,
      onOffset: (sentBytes) => change(id, { sentBytes }),
      onWaiting: (isWaiting) => change(id, { is: isWaiting ? 'reconnecting' : 'sending' }),
    });
    change(id, { is: 'done', sentBytes: order.file.size });
    orders.delete(id);
    refreshFiles(orders.size > fewMax ? manyMs : undefined);
  } catch (error) {
    if (!abort.signal.aborted) fail(id, error);
  }
  start();
}

function fail(id: number, error: unknown): void {
  const isGone =
    error instanceof KithError &&
    (error.status === 404 || error.status === 409) &&
    orders.get(id)?.baseVersionId !== undefined;
  if (error instanceof StaleUpload || isGone) {
    change(id, { is: 'stale', current: error instanceof StaleUpload ? error.current : undefined });
    refreshFiles();
  } else change(id, { is: 'failed', error });
}

export function pauseUpload(id: number): void {
  orders.get(id)?.abort?.abort();
  change(id, { is: 'paused' });
  start();
}

/** Also after a failure: what the server has stays there. */
export function resumeUpload(id: number): void {
  change(id, { is: 'waiting', error: undefined });
  start();
}

/** On top of what is there now. */
export function uploadAnyway({ id, current }: FileUpload): void {
  const order = orders.get(id)!;
  endByTus(order.standing);
  order.standing = { offsetBytes: 0 };
  order.baseVersionId = current?.versionId ?? undefined;
  change(id, { sentBytes: 0, isNewVersion: current !== undefined });
  resumeUpload(id);
}

export function cancelUpload(id: number): void {
  const order = orders.get(id);
  order?.abort?.abort();
  if (order) endByTus(order.standing);
  orders.delete(id);
  fileUploads.set(fileUploads.get().filter((each) => each.id !== id));
  start();
}

export function clearDone(): void {
  fileUploads.set(fileUploads.get().filter(({ is }) => is !== 'done'));
}

export async function makeFolder(parentId: string, name: string): Promise<FileNode> {
  const made = await api.post('/v1/folders', { body: { parentId, name } });
  refreshFiles();
  return made;
}

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault();
function guardLeaving(isNeeded: boolean): void {
  if (isNeeded) addEventListener('beforeunload', askBeforeLeaving);
  else removeEventListener('beforeunload', askBeforeLeaving);
}

/** What somebody sends ends with their session. */
onMeChange(() => {
  if (!me()) for (const { id } of fileUploads.get()) cancelUpload(id);
});
