/** PUT, MKCOL, DELETE and LOCK, through the operations of files. */
import type { Principal } from '../../lib/principal.ts';
import { StaleBase } from '../files/index.ts';
import type { PlaceWish } from '../transfers/index.ts';
import { type Asked, type Situation, situationOf } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { DavRefusal } from './dav-refusal.ts';
import {
  isFolderResource,
  type NodeResource,
  type Resource,
  requireFolderFor,
  requireMovable,
  requireNode,
} from './find-resource.ts';
import { coversNode, type Lock, liesBelow } from './lock.ts';
import { dropLocks, locksNear } from './lock-store.ts';
import { folderOf, lockable, requireUnlocked, type Touched } from './require-unlocked.ts';
import { type LockWish, refreshLock, takeLock } from './take-locks.ts';

export interface Upload {
  source: AsyncIterable<Uint8Array>;
  sizeBytes: number | undefined;
  modifiedAtMs: number | undefined;
}

interface Written {
  isNew: boolean;
  resource: NodeResource;
}

/** A lock that was taken while bytes came for longer than this is heeded as well. */
const heededAfterMs = 1000;

/** A whole file. `source` is not touched where it is refused beforehand. */
export async function putFile(deps: WebdavDeps, asked: Asked, upload: Upload): Promise<Written> {
  const situation = await situationOf(deps, asked);
  // What others did meanwhile is looked at as if it had been there before: the same conditions and locks hold.
  const lookAgain = async () => placeFor(asked.who, await situationOf(deps, asked)).wish;
  return orChanged(writeBytes(deps, asked.who, situation, upload, lookAgain));
}

async function writeBytes(
  deps: WebdavDeps,
  who: Principal,
  situation: Situation,
  { source, sizeBytes, modifiedAtMs }: Upload,
  lookAgain?: () => Promise<PlaceWish>,
): Promise<Written> {
  const { found, tokens } = situation;
  const { wish, touched, driveId } = placeFor(who, situation);
  const heeding = heedLocks(deps, who, { driveId, tokens, touched }, source);
  const written = await deps.transfers.put(who, { ...wish, modifiedAtMs, lookAgain }, heeding, { sizeBytes });
  const resource = { kind: 'node' as const, names: found.names, node: written.node };
  return { isNew: written.isNew, resource };
}

interface FilePlace {
  wish: PlaceWish;
  touched: Touched;
  driveId: string;
}

/** Where the bytes of a file go, and what that changes. Refuses a folder, and what is locked. */
function placeFor(who: Principal, situation: Situation): FilePlace {
  if (isFolderResource(situation.found)) throw new DavRefusal(405, 'There is a folder of this name.');
  const place = placeIn(situation);
  requireUnlocked(who, situation, place.touched);
  return place;
}

function placeIn(situation: Situation): FilePlace {
  const { found, baseVersionId } = situation;
  if (found.kind !== 'absent') {
    const file = requireNode(found, 'write');
    const { id, driveId } = file.node;
    return { wish: { target: { id }, baseVersionId }, touched: { nodes: [lockable(file)] }, driveId };
  }
  const { folder, name } = requireFolderFor(situation);
  const { id, driveId } = folder.node;
  const wish = { target: { parentId: id, name }, isNew: true };
  return { wish, touched: { nodes: [lockable(folder)] }, driveId };
}

/** Passes bytes on, and looks at the locks again before the last of them count. */
async function* heedLocks(
  deps: WebdavDeps,
  who: Principal,
  { driveId, tokens, touched }: { driveId: string; tokens: readonly string[]; touched: Touched },
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const startedAtMs = deps.clock.nowMs();
  yield* source;
  if (deps.clock.nowMs() - startedAtMs < heededAfterMs) return;
  const locks = await Promise.all(touched.nodes.map((node) => locksNear(deps, driveId, node)));
  requireUnlocked(who, { locks: locks.flat(), tokens }, touched);
}

/** What was changed since the conditions were looked at is as good as changed before. */
export async function orChanged<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StaleBase) throw new DavRefusal(412, error.message);
    throw error;
  }
}

export async function makeCollection(deps: WebdavDeps, asked: Asked): Promise<void> {
  const situation = await situationOf(deps, asked);
  if (situation.found.kind !== 'absent')
    throw new DavRefusal(405, 'There is something of this name already.');
  const { folder, name } = requireFolderFor(situation);
  requireUnlocked(asked.who, situation, { nodes: [lockable(folder)] });
  await deps.files.createFolder(asked.who, { parentId: folder.node.id, name });
}

/** Into the trash of its drive, with all that is below. */
export async function removeResource(deps: WebdavDeps, asked: Asked): Promise<void> {
  const situation = await situationOf(deps, asked);
  const there = requireMovable(situation.found);
  const { who } = asked;
  requireUnlocked(who, situation, { nodes: folderOf(there), trees: [lockable(there)] });
  await orChanged(deps.files.delete(who, there.node.id, { baseVersionId: situation.baseVersionId }));
  await dropLocksOf(deps, there, situation.locks);
}

/** The locks on something that is gone from where it was go with it. */
export async function dropLocksOf(
  deps: WebdavDeps,
  { node }: NodeResource,
  locks: readonly Lock[],
): Promise<void> {
  const gone = locks.filter((lock) => lock.nodeId === node.id || liesBelow(lock, node));
  if (gone.length > 0) await dropLocks(deps, node.driveId, gone);
}

export interface Locked {
  resource: Resource & { kind: 'node' };
  /** The one that was asked for. */
  lock: Lock;
  /** All that hold it, that one included. */
  locks: readonly Lock[];
  isNew: boolean;
}

/** Takes a lock, or, without a wish, lets one last longer. What is not there becomes an empty file. */
export async function lockResource(
  deps: WebdavDeps,
  asked: Asked,
  wish: LockWish | undefined,
  timeoutMs: number,
): Promise<Locked> {
  const { who } = asked;
  const situation = await situationOf(deps, asked);
  if (!wish) {
    const resource = requireNode(situation.found, 'write');
    const lock = await refreshLock(deps, who, resource, situation, timeoutMs);
    return { resource, lock, isNew: false, locks: await coveringLocks(deps, resource) };
  }
  const { resource, isNew } = await toBeLocked(deps, asked, situation);
  const lock = await takeLock(deps, who, resource, wish);
  return { resource, lock, isNew, locks: await coveringLocks(deps, resource) };
}

/** What is there, or an empty file that is made; never an empty version of what others put there meanwhile. */
async function toBeLocked(deps: WebdavDeps, asked: Asked, situation: Situation): Promise<Written> {
  const there = ({ found }: Situation) => ({ resource: requireNode(found, 'write'), isNew: false });
  if (situation.found.kind !== 'absent') return there(situation);
  const source = (async function* () {})();
  try {
    return await writeBytes(deps, asked.who, situation, { source, sizeBytes: 0, modifiedAtMs: undefined });
  } catch (error) {
    if (!(error instanceof StaleBase)) throw error;
    return there(await situationOf(deps, asked));
  }
}

async function coveringLocks(deps: WebdavDeps, { node }: NodeResource): Promise<Lock[]> {
  return (await locksNear(deps, node.driveId, node)).filter((lock) => coversNode(lock, node));
}
