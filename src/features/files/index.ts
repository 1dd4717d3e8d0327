export { type LinkPass, may, type Need, type Reach, type Who } from './access.ts';
export { type FilesDeps, type FilesSettings, type ShownNode, StaleBase } from './context.ts';
export { fileEvents } from './file-events.ts';
export { createFiles, type FilesFeature } from './files.ts';
export type { Finding } from './find-shown.ts';
export type { Change } from './journal.ts';
export type { Moment } from './moment.ts';
export { nameLike } from './names.ts';
export { versionIdOf } from './node.ts';
export { nodeSchema } from './node-schema.ts';
export { nodeJson } from './present-nodes.ts';
export { orStale } from './present-stale.ts';
export type { Place } from './read-files.ts';
export { type SaidPlace, type Target, targetOf } from './target.ts';
export type { Expected, FileWrite } from './write-files.ts';

/** Hint `files.changed` {driveId, position}, with the drive's id as key: something in it changed. */
/** `share.changed` {driveId, nodeId, userId}: what is shared with that person changed. `link.changed` {driveId, nodeId, linkId}: a link changed. */
/** `files.waiting`, with the drive's id as key: tells nobody anything; a process asked others to wait for it. */
