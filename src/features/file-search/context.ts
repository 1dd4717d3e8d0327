import type { Records } from '../../ports/records/records.ts';
import type { FilesFeature } from '../files/index.ts';

export interface FileSearchDeps {
  records: Records;
  files: Pick<FilesFeature, 'findShown' | 'driveShown' | 'journalAfter'>;
  /** Seals where pages end: in a shared folder that may be at a name its viewers may not know. */
  cursorKey: Uint8Array;
  /** Told of failures that no caller sees. */
  report: (error: unknown, doing: string) => void;
}
