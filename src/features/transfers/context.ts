import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Contents } from '../contents/index.ts';
import type { FilesFeature } from '../files/index.ts';

export interface TransfersDeps {
  records: Records;
  clock: Pick<Clock, 'nowMs'>;
  contents: Contents;
  files: Pick<FilesFeature, 'get' | 'list' | 'readable' | 'readablePast' | 'checkWrite' | 'write'>;
}
