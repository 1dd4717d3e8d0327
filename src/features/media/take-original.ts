/** Originals that come from and go to what this installation stores already, without a client in between. */
import type { Readable } from 'node:stream';
import type { IdempotencyClaim, Principal } from '../../lib/principal.ts';
import { invalid, notFound, Refusal } from '../../lib/refusal.ts';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import { requireOwn } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { announce, type NewUpload } from './create-upload.ts';
import { takeHead, typeOfContent } from './look-inside.ts';
import type { Media } from './media.ts';
import { noteArrival } from './note-arrival.ts';
import { receiveUpload } from './receive-upload.ts';

/** Bytes that are here already; what they are is looked up in them. */
export interface GivenOriginal extends Omit<NewUpload, 'contentType'> {
  /** What a refusal is about. */
  field: string;
  open: () => Promise<Readable>;
}

/**
 * Makes a photo or video of bytes that are here already, as if they had been uploaded. Asked again under the same
 * claim it goes on where it was broken off.
 */
export async function takeOriginal(
  context: MediaContext,
  principal: Principal,
  { field, open, ...given }: GivenOriginal,
  claim?: IdempotencyClaim,
): Promise<Media> {
  const source = await open();
  try {
    const { head, whole } = await takeHead(source);
    const content = await typeOfContent(head);
    if (!content) throw invalid(field, 'This is no photo or video that can be shown here.');
    const medium = await announce(context, principal, { ...given, contentType: content.type }, claim);
    if (medium.state !== 'awaiting-upload') return medium;
    return await receiveUpload(context, medium.original, whole);
  } finally {
    source.destroy();
  }
}

/** The bytes of one's own photo or video as they were uploaded. */
export async function openOriginal(
  context: MediaContext,
  principal: Principal,
  id: string,
): Promise<{ medium: Media; open: () => Promise<Readable> }> {
  const medium = await noteArrival(context, await requireOwn(context, principal, id));
  if (medium.arrivedAtMs === null) throw new Refusal('conflict', 'This has not arrived yet.');
  return {
    medium,
    async open() {
      try {
        return (await context.blobs.get(medium.original)).body;
      } catch (error) {
        // Bytes that were refused on arrival may never have been stored.
        if (error instanceof BlobsError && error.kind === 'absent') throw notFound();
        throw error;
      }
    },
  };
}
