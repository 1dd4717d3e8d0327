import { BlobsError } from '../../ports/blobs/blobs.ts';
import { changeMedia, rowWith } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { jobHint } from './job-queue.ts';
import { headBytes, typeOfContent } from './look-inside.ts';
import type { FailureReason, Media } from './media.ts';

type Content = { type: string; kind: Media['kind'] };

/**
 * Looks whether an original that is awaited has arrived in the store, which says so to nobody, and has it processed.
 * Answers how the medium stands. Asked whenever somebody wants to know, so a crash after the last byte does no harm.
 */
export async function noteArrival(context: MediaContext, medium: Media): Promise<Media> {
  if (medium.state !== 'awaiting-upload') return medium;
  const stored = await context.blobs.stat(medium.original);
  if (!stored) return medium;
  if (stored.sizeBytes !== medium.sizeBytes) return failArrival(context, medium, 'mismatch');
  const content = await typeOfContent(await readHead(context, medium.original));
  // A store outside cannot look inside before it takes the bytes: only now can they be refused.
  if (content?.kind !== medium.kind) return failArrival(context, medium, 'unsupported');
  return acceptArrival(context, medium, content);
}

/** The original lies in the store and is what was announced: from now on it is surely processed. */
export async function acceptArrival(context: MediaContext, medium: Media, content: Content): Promise<Media> {
  const { jobs, clock } = context;
  const changed = await changeMedia(context, medium.id, (current) => {
    if (current.state !== 'awaiting-upload') return undefined;
    return {
      row: rowWith(current, { state: 'processing', arrivedAtMs: clock.nowMs(), ...content }),
      claims: [jobs.enqueueWrite(medium.id)],
      hints: [jobHint(medium.id)],
    };
  });
  return changed ?? medium;
}

async function failArrival(context: MediaContext, medium: Media, failure: FailureReason): Promise<Media> {
  const { clock } = context;
  const changed = await changeMedia(context, medium.id, (current) =>
    current.state === 'awaiting-upload'
      ? { row: rowWith(current, { state: 'failed', failure, arrivedAtMs: clock.nowMs() }) }
      : undefined,
  );
  return changed ?? medium;
}

async function readHead({ blobs }: MediaContext, name: string): Promise<Buffer> {
  try {
    const { body } = await blobs.get(name, { range: { start: 0, end: headBytes - 1 } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk as Uint8Array);
    return Buffer.concat(chunks);
  } catch (error) {
    if (error instanceof BlobsError && error.kind === 'range') return Buffer.alloc(0);
    throw error;
  }
}
