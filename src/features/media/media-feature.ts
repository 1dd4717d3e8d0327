import type { Readable } from 'node:stream';
import type { Id } from '../../lib/ids.ts';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { cleanText } from '../../lib/text.ts';
import {
  attach,
  mediaTexts,
  readMany,
  release,
  requireUsable,
  signAddresses,
  type WantedMedia,
} from './attach-media.ts';
import { setAvatar } from './avatar.ts';
import { changeMedia, readMedia, requireOwn, rowWith } from './change-media.ts';
import type { MediaContext, MediaDeps } from './context.ts';
import { createUpload, type IssuedUpload, type NewUpload } from './create-upload.ts';
import { deleteMedia, eraseMedia } from './delete-media.ts';
import { type FailedMedium, listFailed, retryFailed } from './failed-jobs.ts';
import { createJobQueue } from './job-queue.ts';
import { altBytesMax, type Media, type MediaUse } from './media.ts';
import { noteArrival } from './note-arrival.ts';
import { type DeliveryRequest, findFitting, openDelivery } from './open-delivery.ts';
import { createPurgeSteps, type PurgeDeps } from './purge-media.ts';
import { receiveUpload } from './receive-upload.ts';
import { mediaByOwner, mediaProgress, mediaUsage } from './tables.ts';
import { type GivenOriginal, openOriginal, takeOriginal } from './take-original.ts';
import { createWorker, type MediaWorker, type WorkerDeps } from './worker.ts';

/** What is fetched, by whoever may. */
export interface Delivery {
  open(request: DeliveryRequest): Promise<{ blob: string; isPublic: boolean }>;
  fit(request: Parameters<typeof findFitting>[1]): Promise<{ path: string; isPublic: boolean }>;
}

export interface MediaFeature {
  delivery: Delivery;
  createUpload(principal: Principal, input: NewUpload, claim?: IdempotencyClaim): Promise<IssuedUpload>;
  receiveUpload(blobName: string, bytes: AsyncIterable<Uint8Array>): Promise<Media>;
  /** Makes a medium of bytes that are here already. */
  takeOriginal(principal: Principal, given: GivenOriginal, claim?: IdempotencyClaim): Promise<Media>;
  /** One's own, with its bytes as they were uploaded. */
  openOriginal(principal: Principal, id: string): Promise<{ medium: Media; open: () => Promise<Readable> }>;
  /** One's own, as it stands now. */
  get(principal: Principal, id: string): Promise<Media>;
  describe(principal: Principal, id: string, changes: { alt?: string | undefined }): Promise<Media>;
  delete(principal: Principal, id: string): Promise<void>;
  /** How far processing is, 0 to 1. */
  progressOf(medium: Media): Promise<number>;
  /** The medium whatever its state. */
  find(id: Id): Promise<Media | undefined>;
  /** How many wait to be prepared, or are under way; counted to a bound. */
  waitingJobs(): Promise<number>;
  listFailed(): Promise<FailedMedium[]>;
  retryFailed(mediaId?: string): Promise<number>;
  /** The caller's own that are meant; refuses, by field, what cannot be shown sooner or later. */
  requireUsable(principal: Principal, wanted: WantedMedia): Promise<Media[]>;
  /** Makes media part of a thing before that is committed; answers how they stand. */
  attach(ids: readonly Id[], use: MediaUse): Promise<Media[]>;
  /** Takes media out of what is gone. Bears repetition. */
  release(ids: readonly Id[], use: MediaUse): Promise<void>;
  /** Undefined where there is none, or it was deleted. */
  getMany(ids: readonly Id[]): Promise<(Media | undefined)[]>;
  /** Makes a picture one's profile image, in place of what `formerUrl` names; null for none. Answers its address. */
  setAvatar(principal: Principal, mediaId: Id | null, formerUrl: string | null): Promise<string | null>;
  /** JSON texts by id, with addresses that `sign` must complete before they are sent. */
  texts(ids: readonly Id[]): Promise<Map<Id, string>>;
  /** Completes the addresses in a text made of such texts. O(length), and next to nothing where there are none. */
  sign(text: string, options: { isPublic: boolean }): string;
  /** What a person's originals take, those announced included. */
  usedBytesOf(ownerId: Id): Promise<number>;
  /** A person's that are not deleted, oldest first. */
  ownedBy(
    ownerId: Id,
    page: { after: Id | undefined; limit: number },
  ): Promise<{ items: Media[]; next: Id | undefined }>;
  /** What a process with the role `media` runs. */
  worker(deps: Omit<WorkerDeps, keyof MediaContext>): MediaWorker;
  /** Deletes a bounded part of what a person uploaded; true when nothing is left. Bears repetition. */
  eraseOf(userId: Id): Promise<boolean>;
  /** What the janitor runs. */
  purgeSteps(deps: Pick<PurgeDeps, 'isUsed' | 'report'>): { doing: string; run(): Promise<number> }[];
}

export function createMedia(deps: MediaDeps): MediaFeature {
  const context: MediaContext = { ...deps, jobs: createJobQueue(deps) };
  return {
    delivery: {
      open: (request) => openDelivery(context, request),
      fit: (request) => findFitting(context, request),
    },
    createUpload: (principal, input, claim) => createUpload(context, principal, input, claim),
    receiveUpload: (blobName, bytes) => receiveUpload(context, blobName, bytes),
    takeOriginal: (principal, given, claim) => takeOriginal(context, principal, given, claim),
    openOriginal: (principal, id) => openOriginal(context, principal, id),
    get: async (principal, id) => noteArrival(context, await requireOwn(context, principal, id)),
    async describe(principal, id, { alt }) {
      const own = await requireOwn(context, principal, id);
      if (alt === undefined) return own;
      const cleaned = cleanText(alt, { field: 'alt', bytesMax: altBytesMax, multiline: true });
      const changed = await changeMedia(context, id, (current) =>
        current.state === 'deleted' ? undefined : { row: rowWith(current, { alt: cleaned }), what: 'alt' },
      );
      return changed ?? own;
    },
    delete: (principal, id) => deleteMedia(context, principal, id),
    async progressOf({ id, state }) {
      if (state !== 'processing') return state === 'ready' ? 1 : 0;
      return (await deps.records.get(mediaProgress, [id]))?.value.progress ?? 0;
    },
    find: (id) => readMedia(context, id),
    requireUsable: (principal, wanted) => requireUsable(context, principal, wanted),
    attach: (ids, use) => attach(context, ids, use),
    release: (ids, use) => release(context, ids, use),
    getMany: (ids) => readMany(context, ids),
    setAvatar: (principal, mediaId, formerUrl) => setAvatar(context, principal, mediaId, formerUrl),
    texts: (ids) => mediaTexts(context, ids),
    sign: (text, options) => signAddresses(context, text, options),
    waitingJobs: () => context.jobs.waiting(),
    listFailed: () => listFailed(context),
    retryFailed: (mediaId) => retryFailed(context, mediaId),
    async ownedBy(ownerId, { after, limit }) {
      const rows = await deps.records.list(mediaByOwner, [ownerId], { after, limit });
      const ids = rows.map(({ key }) => key[1]!);
      const found = await readMany(context, ids);
      return {
        items: found.filter((each) => each !== undefined),
        next: rows.length === limit ? ids.at(-1) : undefined,
      };
    },
    usedBytesOf: async (ownerId) => (await deps.records.get(mediaUsage, [ownerId]))?.value.bytes ?? 0,
    worker: (more) => createWorker({ ...context, ...more }),
    eraseOf: (userId) => eraseMedia(context, userId),
    purgeSteps: (more) => createPurgeSteps({ ...context, ...more }),
  };
}
