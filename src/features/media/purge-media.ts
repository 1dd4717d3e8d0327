import type { Id } from '../../lib/ids.ts';
import { write } from '../../ports/records/records.ts';
import { createPurgeQueue, type PurgeKind } from '../purging/index.ts';
import { changeMedia, readMedia } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { deletion } from './delete-media.ts';
import { blobsOf, deletedGraceMs, type MediaUse, unusedGraceMs } from './media.ts';
import { createSweepSteps } from './sweep-blobs.ts';
import { media, mediaByName, mediaProgress } from './tables.ts';

const purgedAtOnceMax = 20;
const blobsPageMax = 200;

export interface PurgeDeps extends MediaContext {
  /** Whether what a medium is said to belong to is really there, and has it. */
  isUsed: (use: MediaUse, mediaId: Id) => Promise<boolean>;
  report: (error: unknown, doing: string) => void;
}

/**
 * Each medium is looked at when its grace is over, and goes if it belongs to nothing. What was deleted goes a little
 * later: by then no signed request can bring its original back. Blobs go first, so that none is ever without a row
 * that leads to it. Bears being cut off anywhere.
 */
export function createPurgeSteps(context: PurgeDeps): { doing: string; run(): Promise<number> }[] {
  const queue = createPurgeQueue(context);
  const step = (kind: PurgeKind, doing: string, graceMs: number, work: (id: Id) => Promise<void>) => ({
    doing,
    async run() {
      const due = await queue.due(kind, context.clock.nowMs() - graceMs, purgedAtOnceMax);
      let done = 0;
      for (const each of due) {
        // One that fails keeps its place and does not hold up the others.
        try {
          await work(each.subjectId);
          await queue.done(each);
          done++;
        } catch (error) {
          context.report(error, doing);
        }
      }
      return done;
    },
  });
  return [
    step('unused-media', 'finding photos and videos that nothing uses', unusedGraceMs, (id) =>
      deleteUnused(context, id),
    ),
    step('media', 'removing deleted photos and videos', deletedGraceMs, async (id) => {
      const medium = await readMedia(context, id);
      if (medium?.state === 'deleted') await removeAll(context, medium);
    }),
    ...createSweepSteps(context),
  ];
}

async function deleteUnused(context: PurgeDeps, id: Id): Promise<void> {
  const medium = await readMedia(context, id);
  if (!medium || medium.state === 'deleted') return;
  for (const use of medium.uses) if (await context.isUsed(use, id)) return;
  // Whoever begins to use it at this very moment changes the row, and wins.
  await changeMedia(context, id, (current) =>
    current.state === 'deleted' || JSON.stringify(current.uses) !== JSON.stringify(medium.uses)
      ? undefined
      : deletion(context, current),
  );
}

async function removeAll(
  { blobs, records }: MediaContext,
  { id, original, name }: { id: Id; original: string; name: string },
): Promise<void> {
  await blobs.delete(original);
  for (;;) {
    const left = await blobs.list(`${blobsOf(name)}/`, { limit: blobsPageMax });
    for (const each of left) await blobs.delete(each.name);
    if (left.length < blobsPageMax) break;
  }
  const row = await records.get(media, [id]);
  if (!row) return;
  await records.commit({
    decide: [write.remove(media, [id], row.version)],
    then: [write.remove(mediaByName, [name]), write.remove(mediaProgress, [id])],
    hints: [{ kind: 'media.purged', key: row.value.ownerId, data: { mediaId: id } }],
  });
}
