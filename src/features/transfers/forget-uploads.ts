import type { Clock } from '../../ports/clock/clock.ts';
import { type Records, write } from '../../ports/records/records.ts';
import { dayKey } from './resumable-uploads.ts';
import { fileUploads, fileUploadsByDay } from './tables.ts';

const dayMs = 86_400_000;
/** A janitor that was away for longer leaves a few small rows. */
const daysLookedBack = 30;
const atOnceMax = 100;

/** What uploads were to become, once their sessions are surely gone. Answers how many were forgotten. */
export async function forgetUploads({
  records,
  clock,
}: {
  records: Records;
  clock: Pick<Clock, 'nowMs'>;
}): Promise<number> {
  const days = Array.from({ length: daysLookedBack }, (_, i) => dayKey(clock.nowMs() - (i + 1) * dayMs));
  const found = await records.listMany(
    fileUploadsByDay,
    days.map((day) => ({ prefix: [day], limit: atOnceMax })),
  );
  const due = found.flat().slice(0, atOnceMax);
  for (const { key } of due) {
    const uploadId = key[1]!;
    const row = await records.get(fileUploads, [uploadId]);
    await records.commit({
      decide: row ? [write.remove(fileUploads, [uploadId], row.version)] : [],
      then: [write.remove(fileUploadsByDay, key)],
      hints: [{ kind: 'upload.ended', key: uploadId, data: { uploadId } }],
    });
  }
  return due.length;
}
