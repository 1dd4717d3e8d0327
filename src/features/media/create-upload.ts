import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { cleanText } from '../../lib/text.ts';
import type { PresignedRequest } from '../../ports/blobs/blobs.ts';
import { write } from '../../ports/records/records.ts';
import { claimWrites, replayedResult } from '../idempotency/index.ts';
import { enqueuePurge } from '../purging/index.ts';
import { changedHint, type MediaRow, readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import {
  acceptedTypes,
  altBytesMax,
  bytesMaxOf,
  filenameBytesMax,
  type Media,
  originalOf,
  uploadExpiresInMs,
} from './media.ts';
import { randomName } from './random-name.ts';
import { media, mediaByName, mediaByOwner, mediaUsage } from './tables.ts';

export interface NewUpload {
  filename: string;
  contentType: string;
  sizeBytes: number;
  sha256?: string | undefined;
  alt?: string | undefined;
  /** Makes the address that stands for the medium from its path. */
  issue: (path: string) => string;
}

export interface IssuedUpload {
  medium: Media;
  request: PresignedRequest;
}

/** What stands for a medium before anybody knows its sizes: the one that fits the device is served there. */
export const autoPathOf = (name: string): string => `/media/${name}/auto`;

/** Announces an original, and says where to send it. */
export async function createUpload(
  context: MediaContext,
  principal: Principal,
  input: NewUpload,
  claim?: IdempotencyClaim,
): Promise<IssuedUpload> {
  const medium = await announce(context, principal, input, claim);
  return { medium, request: await presign(context, medium) };
}

/** Makes the row of an original that is to come, which takes its room in the quota from now on. */
export async function announce(
  context: MediaContext,
  principal: Principal,
  input: NewUpload,
  claim?: IdempotencyClaim,
): Promise<Media> {
  const { records, ids, clock } = context;
  const { type, kind } = acceptedTypeOf(input.contentType);
  if (input.sizeBytes > bytesMaxOf(kind)) {
    const megabytes = bytesMaxOf(kind) / 1_000_000;
    throw new Refusal(
      'too-large',
      `${kind === 'image' ? 'A picture' : 'A video'} may have at most ${megabytes} MB.`,
    );
  }
  const filename = cleanText(input.filename, { field: 'filename', bytesMax: filenameBytesMax });
  const alt = cleanText(input.alt ?? '', { field: 'alt', bytesMax: altBytesMax, multiline: true });
  await checkQuota(context, principal.userId, input.sizeBytes);

  const id = ids.next();
  const name = randomName();
  const nowMs = clock.nowMs();
  const row: MediaRow = {
    ownerId: principal.userId,
    state: 'awaiting-upload',
    kind,
    type,
    filename,
    sizeBytes: input.sizeBytes,
    sha256: input.sha256?.toLowerCase() ?? null,
    alt,
    name,
    original: originalOf(id, randomName()),
    issuedUrl: input.issue(autoPathOf(name)),
    createdAtMs: nowMs,
    uploadExpiresAtMs: nowMs + uploadExpiresInMs,
    arrivedAtMs: null,
    failure: null,
    shown: null,
    uses: [],
  };
  const medium: Media = { ...row, id };
  const result = await records.commit({
    claims: claimWrites(claim, id, nowMs),
    decide: [write.insert(media, [id], row)],
    then: [
      write.put(mediaByName, [name], { mediaId: id }),
      write.put(mediaByOwner, [principal.userId, id], { name }),
      write.add(mediaUsage, [principal.userId], { bytes: row.sizeBytes, count: 1 }),
      enqueuePurge('unused-media', ids.next(), id),
    ],
    hints: [changedHint(medium)],
  });
  if (result.ok) return medium;
  const earlierId = replayedResult(result, claim);
  const earlier = earlierId === undefined ? undefined : await readMedia(context, earlierId);
  if (!earlier || earlier.state === 'deleted') throw notFound('This upload was deleted meanwhile.');
  return earlier;
}

function presign({ blobs }: MediaContext, { original, type, sizeBytes }: Media): Promise<PresignedRequest> {
  return blobs.presignPut(original, { type, sizeBytes, expiresInMs: uploadExpiresInMs });
}

function acceptedTypeOf(contentType: string): { type: string; kind: Media['kind'] } {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  const kind = Object.hasOwn(acceptedTypes, type) ? acceptedTypes[type] : undefined;
  if (!kind) throw invalid('contentType', 'Only photos and videos can be uploaded here.');
  return { type, kind };
}

/** Two uploads begun at the same moment may pass it together: so much is given away. */
async function checkQuota(
  { records, settings, otherBytesOf }: MediaContext,
  ownerId: string,
  sizeBytes: number,
): Promise<void> {
  const [usage, otherBytes] = await Promise.all([
    records.get(mediaUsage, [ownerId]),
    otherBytesOf?.(ownerId) ?? 0,
  ]);
  const used = (usage?.value.bytes ?? 0) + otherBytes;
  if (used + sizeBytes <= settings.quotaBytes) return;
  const leftMegabytes = Math.max(0, Math.floor((settings.quotaBytes - used) / 1_000_000));
  throw new Refusal(
    'too-large',
    `Your photos, videos and files would take more room than an account has here. ${leftMegabytes} MB are left.`,
  );
}
