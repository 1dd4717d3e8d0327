import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Contents } from '../contents/index.ts';
import type { FilesFeature } from '../files/index.ts';
import type { TransfersFeature } from '../transfers/index.ts';

export interface WebdavDeps {
  records: Records;
  clock: Clock;
  files: Pick<
    FilesFeature,
    'get' | 'list' | 'sharedWithMe' | 'write' | 'createFolder' | 'change' | 'delete' | 'roomOf' | 'areKept'
  >;
  contents: Pick<Contents, 'hold'>;
  transfers: Pick<TransfersFeature, 'put'>;
  /** What people call somebody. */
  usernameOf: (userId: Id) => Promise<string | undefined>;
}
