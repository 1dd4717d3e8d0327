import type { Id } from '../../lib/ids.ts';
import { notFound } from '../../lib/refusal.ts';
import { RecordsError, write } from '../../ports/records/records.ts';
import { versionIdOf, type Who } from '../files/index.ts';
import { bytesMaxOf, headBytes, jobHint, typeOfContent } from '../media/index.ts';
import type { PreviewsContext } from './context.ts';
import { removePreview } from './remove-previews.ts';
import { filePreviews, type PreviewSize } from './tables.ts';

export interface PreviewWish {
  id: string;
  /** Default the current one. */
  versionId?: string | undefined;
  size: PreviewSize;
}

export interface FoundPreview {
  blob: string;
  /** Whose preview it is. */
  versionId: string;
}

/** More work than that is not taken on: whoever asks is told to ask again. */
const waitingMax = 2000;
/** How long a count of what waits is believed. */
const countedForMs = 2000;

/** Finds previews, and has them made where there are none. */
export function createFinder(context: PreviewsContext) {
  const { records, clock, jobs, files } = context;
  let counted: { waiting: Promise<number>; atMs: number } | undefined;

  const isFull = async (): Promise<boolean> => {
    if (!counted || clock.nowMs() - counted.atMs > countedForMs)
      counted = { waiting: jobs.waiting(), atMs: clock.nowMs() };
    return (await counted.waiting) >= waitingMax;
  };

  /** Undefined while it is being made. */
  return async function findPreview(
    who: Who,
    { id, versionId, size }: PreviewWish,
  ): Promise<FoundPreview | undefined> {
    const { content, version } = await files.readable(who, { id }, versionId);
    const row = await records.get(filePreviews, [content.id]);
    if (row?.value.state === 'none') throw nothingToShow();
    if (row)
      return row.value.blobs ? { blob: row.value.blobs[size], versionId: versionIdOf(version) } : undefined;
    if (await isFull()) return undefined;
    if (!(await canBeShown(context, content))) {
      await noteNone(context, content.id);
      throw nothingToShow();
    }
    await records.commit({
      claims: [jobs.enqueueWrite(content.id)],
      decide: [write.insert(filePreviews, [content.id], { state: 'waiting', blobs: null })],
      hints: [jobHint(content.id)],
    });
    // Where somebody else asked first, their job is the one.
    return undefined;
  };
}

const nothingToShow = () => notFound('Of this file there is no preview.');

/** So that nobody looks into it again: whoever lists files asks for many of them at each look. */
async function noteNone(context: PreviewsContext, contentId: Id): Promise<void> {
  const { records, contents } = context;
  try {
    await records.commit({
      decide: [write.insert(filePreviews, [contentId], { state: 'none', blobs: null })],
      hints: [{ kind: 'preview.changed', key: contentId, data: { contentId, state: 'none' } }],
    });
    // What went meanwhile was forgotten before this was there.
    if (!(await contents.describe([contentId]))[0]) await removePreview(context, contentId);
  } catch (error) {
    // Where nothing can be written it is looked into again.
    if (!(error instanceof RecordsError)) throw error;
  }
}

async function canBeShown(
  { contents }: PreviewsContext,
  { id, sizeBytes }: { id: string; sizeBytes: number },
): Promise<boolean> {
  if (sizeBytes === 0) return false;
  const { body } = await contents.open(id, { range: { start: 0, end: headBytes - 1 } });
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece as Uint8Array);
  const found = await typeOfContent(Buffer.concat(pieces));
  return found !== undefined && sizeBytes <= bytesMaxOf(found.kind);
}
