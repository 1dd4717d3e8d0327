import { changeMedia, readMedia, rowWith } from './change-media.ts';
import type { MediaContext } from './context.ts';
import { jobHint } from './job-queue.ts';

export interface FailedMedium {
  mediaId: string;
  ownerId: string;
  filename: string;
  tries: number;
  error: string;
  failedAtMs: number;
}

/** What could not be prepared and was laid aside, for the operator; oldest first. */
export async function listFailed(context: MediaContext): Promise<FailedMedium[]> {
  const found: FailedMedium[] = [];
  for (const { mediaId, attempts, error, failedAtMs } of await context.jobs.dead()) {
    const medium = await readMedia(context, mediaId);
    if (!medium || medium.state === 'deleted') continue;
    const { ownerId, filename } = medium;
    found.push({ mediaId, ownerId, filename, tries: attempts, error, failedAtMs });
  }
  return found;
}

/** Has what was laid aside tried again: one medium, or all. Answers how many. */
export async function retryFailed(context: MediaContext, mediaId?: string): Promise<number> {
  const { jobs } = context;
  let retried = 0;
  for (const dead of await jobs.dead()) {
    if (mediaId !== undefined && dead.mediaId !== mediaId) continue;
    let isBegun = false;
    await changeMedia(context, dead.mediaId, (current) => {
      isBegun = current.state === 'failed' && current.failure === 'not-prepared';
      if (!isBegun) return undefined;
      return {
        row: rowWith(current, { state: 'processing', failure: null }),
        claims: [jobs.enqueueWrite(current.id)],
        hints: [jobHint(current.id)],
      };
    });
    if (isBegun) retried++;
    await jobs.forgetDead(dead);
  }
  return retried;
}
