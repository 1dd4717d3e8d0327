import { randomUUID } from 'node:crypto';
import type { Principal } from '../../lib/principal.ts';
import type { Situation } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { DavRefusal } from './dav-refusal.ts';
import { hrefOfResource, type NodeResource } from './find-resource.ts';
import { coversNode, type Lock, liesBelow } from './lock.ts';
import { changePlacedLocks } from './lock-store.ts';

export interface LockWish {
  isShared: boolean;
  isDeep: boolean;
  owner: string;
  timeoutMs: number;
}

/** Of one drive, and of those what one person holds. */
const locksMax = 400;
const locksOfOneMax = 200;
/** Whoever works on for longer asks again. */
export const lockMsMax = 3_600_000;
export const lockMsMin = 1000;

/** Takes a lock where none is in its way. */
export async function takeLock(
  deps: WebdavDeps,
  who: Principal,
  resource: NodeResource,
  { isShared, isDeep, owner, timeoutMs }: LockWish,
): Promise<Lock> {
  const { node } = resource;
  const lock: Lock = {
    token: `opaquelocktoken:${randomUUID()}`,
    nodeId: node.id,
    aboveIds: node.aboveIds,
    isDeep,
    isShared,
    userId: who.userId,
    owner,
    timeoutMs,
    expiresAtMs: deps.clock.nowMs() + timeoutMs,
  };
  await changePlacedLocks(deps, node.driveId, (locks) => {
    const near = locks.filter((each) => coversNode(each, node) || (isDeep && liesBelow(each, node)));
    if (near.some((each) => !isShared || !each.isShared)) throw inTheWay(resource);
    const mine = locks.filter(({ userId }) => userId === who.userId).length;
    if (locks.length >= locksMax || mine >= locksOfOneMax) {
      throw new DavRefusal(507, 'There are too many locks here.');
    }
    return [...locks, lock];
  });
  return lock;
}

const inTheWay = (resource: NodeResource) =>
  new DavRefusal(423, 'Somebody is working on this.', 'no-conflicting-lock', hrefOfResource(resource));

/** Lets a lock that the request names last longer. */
export async function refreshLock(
  deps: WebdavDeps,
  who: Principal,
  resource: NodeResource,
  { tokens }: Situation,
  timeoutMs: number,
): Promise<Lock> {
  const { node } = resource;
  let refreshed: Lock | undefined;
  await changePlacedLocks(deps, node.driveId, (locks) =>
    locks.map((lock) => {
      const isMeant = tokens.includes(lock.token) && lock.userId === who.userId && coversNode(lock, node);
      if (!isMeant) return lock;
      refreshed = { ...lock, timeoutMs, expiresAtMs: deps.clock.nowMs() + timeoutMs };
      return refreshed;
    }),
  );
  if (!refreshed) {
    throw new DavRefusal(412, 'There is no such lock here.', 'lock-token-matches-request-uri');
  }
  return refreshed;
}

/** Gives a lock back. Whose drive it is may also take one away. */
export async function endLock(
  deps: WebdavDeps,
  who: Principal,
  { node }: NodeResource,
  token: string,
): Promise<void> {
  await changePlacedLocks(deps, node.driveId, (locks) => {
    const lock = locks.find((each) => each.token === token && coversNode(each, node));
    if (!lock) throw new DavRefusal(409, 'There is no such lock here.', 'lock-token-matches-request-uri');
    if (lock.userId !== who.userId && node.driveId !== who.userId) {
      throw new DavRefusal(403, 'Somebody else holds this lock.');
    }
    return locks.filter((each) => each !== lock);
  });
}
