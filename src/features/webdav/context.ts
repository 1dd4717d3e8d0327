import type { Id } from '../../lib/ids.ts';
import type { RecentMap } from '../../lib/recent-map.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { Records } from '../../ports/records/records.ts';
import type { Contents } from '../contents/index.ts';
import type { FilesFeature } from '../files/index.ts';
import type { TransfersFeature } from '../transfers/index.ts';
import type { KnownShares } from './shared-folders.ts';

/** What it is given. */
export interface WebdavGiven {
  records: Records;
  clock: Clock;
  files: Pick<
    FilesFeature,
    | 'get'
    | 'list'
    | 'sharedWithMe'
    | 'sharedIds'
    | 'write'
    | 'createFolder'
    | 'change'
    | 'delete'
    | 'roomOf'
    | 'changes'
    | 'latestCursor'
    | 'areKept'
    | 'placesToWrite'
  >;
  contents: Pick<Contents, 'hold'>;
  transfers: Pick<TransfersFeature, 'put'>;
  /** What people call somebody. */
  usernameOf: (userId: Id) => Promise<string | undefined>;
}

/** What the operations of this feature share. */
export interface WebdavDeps extends WebdavGiven {
  /** Of each person what shares were called lately. It grants nothing: what is found by it is asked for as ever. */
  shareNames: RecentMap<KnownShares>;
}
