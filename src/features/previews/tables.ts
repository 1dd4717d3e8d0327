import { defineTable } from '../../ports/records/records.ts';
import type { JobRow } from '../media/index.ts';

export const previewSizes = ['small', 'large'] as const;
export type PreviewSize = (typeof previewSizes)[number];

export interface PreviewRow {
  /** `none`: it cannot be shown, now or later. */
  state: 'waiting' | 'ready' | 'none';
  /** The blob of each size, where they are ready. */
  blobs: Record<PreviewSize, string> | null;
}

/** What there is of each content that somebody wanted to see. */
export const filePreviews = defineTable<PreviewRow>('file_previews', { partition: ['content_id'] });

/** As those of media: see `createJobQueue`. */
export const previewJobs = defineTable<JobRow>('preview_jobs', {
  partition: ['shard', 'day'],
  clustering: ['job_id'],
});

export const previewJobMarks = defineTable<{ day: number }>('preview_job_marks', {
  partition: ['shard'],
  kind: 'plain',
});
