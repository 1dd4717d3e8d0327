/**
 * Hints, with the owner's id as key: `media.changed` {mediaId, ownerId, state, failure?, what: 'state' | 'use' | 'alt'}, `media.progress` {mediaId, ownerId, progress},
 * `media.purged` {mediaId}. With the medium's: `media.job`, `media.job-done`, `media.job-dead`.
 */
export { type Addresses, createAddresses, signedForMs } from './addresses.ts';
export type { WantedMedia } from './attach-media.ts';
export { isAddressOf } from './avatar.ts';
export type { MediaDeps, MediaSettings } from './context.ts';
export type { FailedMedium } from './failed-jobs.ts';
export { createJobQueue, type JobQueue, jobHint, waitingCountedMax } from './job-queue.ts';
export { headBytes, typeOfContent } from './look-inside.ts';
export type { Media, MediaState, MediaUse, Shown } from './media.ts';
export { bytesMaxOf } from './media.ts';
export { mediaEvents } from './media-events.ts';
export { createMedia, type MediaFeature } from './media-feature.ts';
export { createPresenter } from './media-presenter.ts';
export { mediaSchema } from './media-schema.ts';
export { asBadOriginal, NoLongerWanted } from './process-media.ts';
export type { DeadJobRow, JobRow } from './tables.ts';
export { ownWorkFolder } from './work-folders.ts';
export type { JobTask, MediaWorker } from './worker.ts';
