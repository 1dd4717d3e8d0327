import { bind } from '../../lib/bind.ts';
import { patchProperties } from './change-properties.ts';
import { situationOf } from './conditions.ts';
import type { WebdavDeps } from './context.ts';
import { createPropertySteps } from './forget-properties.ts';
import { eraseLocks } from './lock-store.ts';
import { copyResource, moveResource } from './move-resources.ts';
import { findProperties } from './multistatus.ts';
import { endLock } from './take-locks.ts';
import { lockResource, makeCollection, putFile, removeResource } from './write-resources.ts';

export function createWebdav(deps: WebdavDeps) {
  return {
    clock: deps.clock,
    situationOf: bind(deps, situationOf),
    findProperties: bind(deps, findProperties),
    patchProperties: bind(deps, patchProperties),
    put: bind(deps, putFile),
    makeCollection: bind(deps, makeCollection),
    remove: bind(deps, removeResource),
    copy: bind(deps, copyResource),
    move: bind(deps, moveResource),
    lock: bind(deps, lockResource),
    unlock: bind(deps, endLock),
    /** What the janitor runs. */
    steps: () => createPropertySteps(deps),
    eraseOf: bind(deps, eraseLocks),
  };
}

export type WebdavFeature = ReturnType<typeof createWebdav>;
