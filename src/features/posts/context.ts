import type { IdSource } from '../../lib/ids.ts';
import type { RecentChanges } from '../../lib/recent-changes.ts';
import { invalid } from '../../lib/refusal.ts';
import type { Cache } from '../../ports/cache/cache.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { Records } from '../../ports/records/records.ts';
import type { AccountDirectory } from '../accounts/index.ts';
import type { Graph } from '../graph/index.ts';
import type { MediaFeature } from '../media/index.ts';
import type { CountReader } from './count-reader.ts';
import type { Posts, ReactionsOf } from './index.ts';
import type { CardReader } from './read-cards.ts';

/** What posts need of media. */
export type PostMedia = Pick<
  MediaFeature,
  'requireUsable' | 'attach' | 'release' | 'getMany' | 'texts' | 'sign'
>;

export const noMedia: PostMedia = {
  requireUsable: async () => {
    throw invalid('mediaIds', 'Photos and videos cannot be posted here.');
  },
  attach: async () => [],
  release: async () => {},
  getMany: async (ids) => ids.map(() => undefined),
  texts: async () => new Map(),
  sign: (text) => text,
};

export interface PostsDeps {
  records: Records;
  log: EventLog;
  cache: Cache;
  clock: Clock;
  ids: IdSource;
  accounts: AccountDirectory;
  graph: Pick<Graph, 'viewer'>;
  reactionsOf: ReactionsOf;
  /** Undefined: there are none, and posts with media are refused. */
  media?: PostMedia | undefined;
  /** Told of every post that may read differently now. */
  changes?: RecentChanges | undefined;
}

/** What the operations of this feature share. */
export interface PostsContext extends PostsDeps {
  media: PostMedia;
  cardReader: CardReader;
  countReader: CountReader;
  reads: Pick<
    Posts,
    | 'get'
    | 'listByAuthor'
    | 'feedKeysByAuthors'
    | 'cards'
    | 'cardsById'
    | 'visible'
    | 'requireVisible'
    | 'present'
  >;
}

/** How often a write that lost a race is tried again. */
export const commitAttemptsMax = 8;
