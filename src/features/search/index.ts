import type { Principal } from '../../lib/principal.ts';
import { Refusal } from '../../lib/refusal.ts';
import type { Subscription } from '../../ports/log/log.ts';
import { type IndexState, SearchError, type Trend } from '../../ports/search/search.ts';
import type { SearchDeps } from './context.ts';
import { createIndexKeeper } from './keep-index.ts';
import { searchHashtags } from './search-hashtags.ts';
import { searchPosts } from './search-posts.ts';
import { searchUsers } from './search-users.ts';
import { createTrending } from './trending.ts';

export type { Scan, SearchDeps } from './context.ts';

export interface SearchPage {
  q: string;
  limit: number;
  cursor?: string | undefined;
}

/**
 * People, posts and hashtags. What is found comes from an index that follows the log; who may see it is decided
 * against the truth, at every page. Throws `invalid` for a query or cursor, `unavailable` where too many wait.
 */
export interface Search {
  /** Texts of JSON, as `Posts.present` makes them. */
  posts(principal: Principal, page: SearchPage): Promise<{ items: string[]; nextCursor: string | null }>;
  users(principal: Principal, page: SearchPage): Promise<{ items: object[]; nextCursor: string | null }>;
  hashtags(
    page: SearchPage,
  ): Promise<{ items: { hashtag: string; posts: number }[]; nextCursor: string | null }>;
  /** At most half a minute old. */
  trending(limit: number): Promise<Trend[]>;
  /** Role `search-indexer`: starts the consumer, and a rebuild where the index is missing or too old. */
  consume(): Promise<Subscription>;
  /** From the truth, beside the index that serves; resolves when the new one does. */
  rebuild(): Promise<void>;
  state(): Promise<IndexState>;
  /** Resolves when no rebuild runs. */
  idle(): Promise<void>;
  /** Starts no more rebuilds. The index is whoever made it to close. */
  close(): void;
}

const retryAfterSeconds = 2;

export function createSearch(deps: SearchDeps): Search {
  const keeper = createIndexKeeper(deps);
  const trending = createTrending(deps);
  const asking = async <Answer>(answer: Promise<Answer>): Promise<Answer> => {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof SearchError)) throw error;
      keeper.noteFailure(error);
      throw new Refusal('unavailable', 'Searching is not possible at this moment.', {
        retryAfterSeconds,
        cause: error,
      });
    }
  };
  return {
    posts: (principal, page) => asking(searchPosts(deps, principal, page)),
    users: (principal, page) => asking(searchUsers(deps, principal, page)),
    hashtags: (page) => asking(searchHashtags(deps, page)),
    trending: (limit) => asking(trending(limit)),
    consume: keeper.consume,
    rebuild: keeper.rebuild,
    state: () => deps.index.state(),
    idle: keeper.idle,
    close: keeper.close,
  };
}
