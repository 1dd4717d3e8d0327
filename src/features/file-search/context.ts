import type { Records } from '../../ports/records/records.ts';
import type { FilesFeature } from '../files/index.ts';

export interface FileSearchDeps {
  records: Records;
  files: Pick<FilesFeature, 'findShown' | 'driveShown' | 'journalAfter' | 'walkBelow'>;
  /** Seals where pages end: that may be at the name of something in the trash, and is of one list alone. */
  cursorKey: Uint8Array;
  /** Told of failures that no caller sees. */
  report: (error: unknown, doing: string) => void;
}
