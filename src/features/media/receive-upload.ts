import { invalid, notFound } from '../../lib/refusal.ts';
import { BlobsError } from '../../ports/blobs/blobs.ts';
import { readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { takeHead, typeOfContent } from './look-inside.ts';
import { type Media, mediaIdOfOriginal } from './media.ts';
import { acceptArrival, noteArrival } from './note-arrival.ts';

/**
 * Takes the bytes of an original where no store outside does. The request was signed for just this name, size and
 * type. Whoever was interrupted sends all of it again; whoever sends again what is there is told that it is.
 */
export async function receiveUpload(
  context: MediaContext,
  blobName: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Media> {
  const id = mediaIdOfOriginal(blobName);
  const found = id === undefined ? undefined : await readMedia(context, id);
  if (!found || found.original !== blobName || found.state === 'deleted') throw notFound();
  const medium = await noteArrival(context, found);
  if (medium.state !== 'awaiting-upload') {
    for await (const _ of bytes) {
      // Who is cut off while sending would not see the answer.
    }
    return medium;
  }
  const { head, whole } = await takeHead(bytes);
  const content = await typeOfContent(head);
  if (content?.kind !== medium.kind) {
    for await (const _ of whole) {
      // As above.
    }
    throw invalid(
      'body',
      `This is not a ${medium.kind === 'image' ? 'picture' : 'video'} that can be shown here.`,
    );
  }
  const { sizeBytes, sha256, type } = medium;
  try {
    await context.blobs.put(blobName, whole, { type, sizeBytes, ...(sha256 && { sha256 }) });
  } catch (error) {
    if (!(error instanceof BlobsError) || error.kind !== 'mismatch') throw error;
    throw invalid('body', 'These are not the bytes that were announced: the size or checksum differs.');
  }
  return acceptArrival(context, medium, content);
}
