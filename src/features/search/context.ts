import type { Id } from '../../lib/ids.ts';
import type { Clock } from '../../ports/clock/clock.ts';
import type { EventLog } from '../../ports/log/log.ts';
import type { SearchIndex } from '../../ports/search/search.ts';
import type { Account, AccountDirectory } from '../accounts/index.ts';
import type { Graph } from '../graph/index.ts';
import type { Post, Posts } from '../posts/index.ts';

/** One page of everything there is, in an order of the store's choosing; `next` is null at the end. */
export type Scan<Item> = (cursor: string | undefined) => Promise<{ items: Item[]; next: string | undefined }>;

export interface SearchDeps {
  index: SearchIndex;
  clock: Clock;
  log: EventLog;
  accounts: Pick<AccountDirectory, 'get' | 'getMany' | 'findByUsername'>;
  graph: Pick<Graph, 'viewer'> & {
    /** In the order of the ids; at most 1000. */
    followCounts(ids: readonly Id[]): Promise<{ followers: number }[]>;
  };
  posts: Pick<Posts, 'getMany' | 'listByAuthor' | 'cardsById' | 'visible' | 'present' | 'counts'>;
  /** People as the interface shows them to this viewer. */
  presentUsers(viewerId: Id, accounts: readonly Account[]): Promise<object[]>;
  /** The truth from end to end, for rebuilding. At most 1000 a page. */
  scanPosts: Scan<Post>;
  scanAccounts: Scan<Account>;
  /** How often whoever keeps the index looks whether it is still there; for tests. */
  checkEveryMs?: number;
  /** Told of failures that no caller sees. */
  report?: (error: unknown, doing: string) => void;
}
