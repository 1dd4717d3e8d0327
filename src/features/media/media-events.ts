import type { Id } from '../../lib/ids.ts';
import type { LogEntry } from '../../ports/log/log.ts';
import type { FailureReason, MediaState } from './media.ts';
import { reasonFor } from './present-media.ts';

interface MediaEvent {
  userId: Id;
  event: 'media';
  data: { mediaId: Id; state: MediaState; progress?: number; error?: string };
}

/** What hints of this feature mean to open streams: how far one's own medium is, and why it failed. */
export const mediaEvents: Readonly<Record<string, (entry: LogEntry) => MediaEvent[]>> = {
  'media.progress': ({ data }) => {
    const { mediaId, ownerId, progress } = data as { mediaId: Id; ownerId: Id; progress: number };
    return [{ userId: ownerId, event: 'media', data: { mediaId, state: 'processing', progress } }];
  },
  'media.changed': ({ data }) => {
    const { mediaId, ownerId, state, failure, what } = data as {
      mediaId: Id;
      ownerId: Id;
      state: MediaState;
      failure: FailureReason | null;
      what: string;
    };
    if (what !== 'state' || state === 'deleted') return [];
    const error = state === 'failed' ? { error: reasonFor(failure) } : {};
    return [{ userId: ownerId, event: 'media', data: { mediaId, state, ...error } }];
  },
};
