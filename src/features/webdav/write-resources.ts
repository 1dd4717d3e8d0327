/** PUT, MKCOL, DELETE and LOCK, through the operations of files. */
import type { Principal } from '../../lib/principal.ts';
import { StaleBase } from '../files/index.ts';
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
  return writeBytes(deps, asked.who, situation, upload);
}

async function writeBytes(
  deps: WebdavDeps,
  who: Principal,
  situation: Situation,
  { source, sizeBytes, modifiedAtMs }: Upload,
): Promise<Written> {
  const { found, baseVersionId } = situation;
  if (isFolderResource(found)) throw new DavRefusal(405, 'There is a folder of this name.');
  const { target, touched, driveId } = placeFor(situation);
  requireUnlocked(who, situation, touched);
  const isNew = found.kind === 'absent';
  const heeding = heedLocks(deps, who, { driveId, tokens: situation.tokens, touched }, source);
  const written = await orChanged(
    deps.transfers.put(who, { target, modifiedAtMs, ...(isNew ? { isNew } : { baseVersionId }) }, heeding, {
      sizeBytes,
    }),
  );
  const resource = { kind: 'node' as const, names: found.names, node: written.node };
  return { isNew: written.isNew, resource };
}

/** Where the bytes of a file go, and what that changes. */
function placeFor(situation: Situation): {
  target: { id: string } | { parentId: string; name: string };
  touched: Touched;
  driveId: string;
} {
  const { found } = situation;
  if (found.kind !== 'absent') {
    const file = requireNode(found, 'write');
    const { id, driveId } = file.node;
    return { target: { id }, touched: { nodes: [lockable(file)] }, driveId };
  }
  const { folder, name } = requireFolderFor(situation);
  const { id, driveId } = folder.node;
  return { target: { parentId: id, name }, touched: { nodes: [lockable(folder)] }, driveId };
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
  const isNew = situation.found.kind === 'absent';
  const resource = isNew ? await madeEmpty(deps, who, situation) : requireNode(situation.found, 'write');
  const lock = await takeLock(deps, who, resource, wish);
  return { resource, lock, isNew, locks: await coveringLocks(deps, resource) };
}

async function madeEmpty(deps: WebdavDeps, who: Principal, situation: Situation): Promise<NodeResource> {
  const source = (async function* () {})();
  const upload = { source, sizeBytes: 0, modifiedAtMs: undefined };
  return (await writeBytes(deps, who, situation, upload)).resource;
}

async function coveringLocks(deps: WebdavDeps, { node }: NodeResource): Promise<Lock[]> {
  return (await locksNear(deps, node.driveId, node)).filter((lock) => coversNode(lock, node));
}
