import type { Records } from '../../ports/records/records.ts';
import type { FilesFeature } from '../files/index.ts';

export interface FileSearchDeps {
  records: Records;
  files: Pick<FilesFeature, 'findShown' | 'driveShown' | 'journalAfter'>;
  /** Told of failures that no caller sees. */
  report: (error: unknown, doing: string) => void;
}
