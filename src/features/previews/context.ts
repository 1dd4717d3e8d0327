import type { IdSource } from '../../lib/ids.ts';
import type { Blobs } from '../../ports/blobs/blobs.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Contents } from '../contents/index.ts';
import type { FilesFeature } from '../files/index.ts';
import { createJobQueue, type JobQueue } from '../media/index.ts';
import { previewJobMarks, previewJobs } from './tables.ts';

export interface PreviewsDeps {
  records: Records;
  clock: Clock;
  ids: IdSource;
  blobs: Blobs;
  files: Pick<FilesFeature, 'readable'>;
  contents: Pick<Contents, 'open' | 'describe'>;
}

/** What the operations of this feature share. */
export interface PreviewsContext extends PreviewsDeps {
  jobs: JobQueue;
}

export const contextOf = (deps: PreviewsDeps): PreviewsContext => ({
  ...deps,
  jobs: createJobQueue({ ...deps, tables: { jobs: previewJobs, marks: previewJobMarks } }),
});
