import { bind } from '../../lib/bind.ts';
import type { Id } from '../../lib/ids.ts';
import { RecentMap } from '../../lib/recent-map.ts';
import { patchProperties } from './change-properties.ts';
import { situationOf } from './conditions.ts';
import type { WebdavDeps, WebdavGiven } from './context.ts';
import { createCopyStep } from './copies-under-way.ts';
import { CopyTurns } from './copy-turns.ts';
import { createPropertyStep, forgetOwnProperties } from './forget-properties.ts';
import { eraseLocks } from './lock-store.ts';
import { copyResource, moveResource } from './move-resources.ts';
import { findProperties } from './multistatus.ts';
import { eraseShareNames } from './share-names.ts';
import { endLock } from './take-locks.ts';
import { lockResource, makeCollection, putFile, removeResource } from './write-resources.ts';

/** People whose names of shares are remembered. */
const shareNamesMax = 2000;

export function createWebdav(given: WebdavGiven) {
  const deps: WebdavDeps = { ...given, shareNames: new RecentMap({ sizeMax: shareNamesMax }) };
  const copying = { ...deps, turns: new CopyTurns() };
  return {
    clock: deps.clock,
    situationOf: bind(deps, situationOf),
    findProperties: bind(deps, findProperties),
    patchProperties: bind(deps, patchProperties),
    put: bind(deps, putFile),
    makeCollection: bind(deps, makeCollection),
    remove: bind(deps, removeResource),
    copy: bind(copying, copyResource),
    move: bind(copying, moveResource),
    lock: bind(deps, lockResource),
    unlock: bind(deps, endLock),
    /** What the janitor runs. */
    steps: () => [createPropertyStep(deps), createCopyStep(deps)],
    /** Of an erased person: true when nothing is left. */
    async eraseOf(userId: Id): Promise<boolean> {
      const isForgotten = await forgetOwnProperties(deps, userId);
      const isUnnamed = await eraseShareNames(deps, userId);
      return (await eraseLocks(deps, userId)) && isForgotten && isUnnamed;
    },
  };
}

export type WebdavFeature = ReturnType<typeof createWebdav>;
