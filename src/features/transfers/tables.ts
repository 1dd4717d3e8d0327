import type { Id } from '../../lib/ids.ts';
import { defineTable } from '../../ports/records/records.ts';
import type { SaidPlace } from '../files/index.ts';

/** What an upload is to become, under the id of its session. */
export interface FileUploadRow {
  userId: Id;
  target: SaidPlace;
  baseVersionId?: string;
  modifiedAtMs?: number;
  sizeBytes: number;
  /** As the client sent it, to be given back. */
  metadata: string;
  /** Once the file is made. */
  made?: { nodeId: Id; versionId: string };
}

export const fileUploads = defineTable<FileUploadRow>('file_uploads', { partition: ['upload_id'] });

/** Whose rows may go: by the day after which their sessions are gone. */
export const fileUploadsByDay = defineTable<object>('file_uploads_by_day', {
  partition: ['day'],
  clustering: ['upload_id'],
  kind: 'plain',
});
