export type { WebdavDeps } from './context.ts';
export { createWebdav, type WebdavFeature } from './webdav.ts';

/** Hints, with the drive's id as key: `dav.locks-changed` {driveId}, `dav.properties-changed` {driveId, nodeId}, `dav.copies-changed` {driveId}; with a person's id `dav.shares-named`. */
