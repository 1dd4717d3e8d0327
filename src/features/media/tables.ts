import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { Media } from './media.ts';

/** The truth about each medium. */
export const media = defineTable<Omit<Media, 'id'>>('media', { partition: ['id'] });

/** Whose the name in an address is. */
export const mediaByName = defineTable<{ mediaId: Id }>('media_by_name', {
  partition: ['name'],
  kind: 'plain',
});

/** A person's media that are not deleted. */
export const mediaByOwner = defineTable<{ name: string }>('media_by_owner', {
  partition: ['owner_id'],
  clustering: ['media_id'],
  kind: 'plain',
  wide: true,
});

/** What a person's originals take: announced when the upload is asked for, given back when the medium goes. */
export const mediaUsage = defineTable<{ bytes?: number; count?: number }>('media_usage', {
  partition: ['owner_id'],
  kind: 'counter',
});

/** How far processing is, 0 to 1. */
export const mediaProgress = defineTable<{ progress: number }>('media_progress', {
  partition: ['media_id'],
  kind: 'plain',
});

export interface JobRow {
  mediaId: Id;
  /** How often it was begun. */
  attempts: number;
  notBeforeMs: number;
  /** Whoever holds it answers for it until then. */
  leaseUntilMs: number;
}

/** Work to be done, by the day it was asked for; a row goes when its work is done. */
export const mediaJobs = defineTable<JobRow>('media_jobs', {
  partition: ['shard', 'day'],
  clustering: ['job_id'],
});

/** The first day of a shard that may still hold jobs. */
export const mediaJobMarks = defineTable<{ day: number }>('media_job_marks', {
  partition: ['shard'],
  kind: 'plain',
});

export interface DeadJobRow {
  mediaId: Id;
  attempts: number;
  /** For the operator. */
  error: string;
  failedAtMs: number;
}

/** Jobs that were given up, until an operator has them tried again. */
export const mediaDeadJobs = defineTable<DeadJobRow>('media_dead_jobs', {
  partition: ['shard'],
  clustering: ['job_id'],
  kind: 'plain',
});
