/** The truth from end to end, for making the search index anew. */
import { type Account, accountOf, accountsTable } from '../features/accounts/index.ts';
import { type Post, posts } from '../features/posts/index.ts';
import type { Scan } from '../features/search/index.ts';
import type { Records } from '../ports/records/records.ts';

const pageSize = 500;

export function searchScans(records: Records): { scanPosts: Scan<Post>; scanAccounts: Scan<Account> } {
  return {
    async scanPosts(cursor) {
      const { rows, next } = await records.scan(posts, { cursor, limit: pageSize });
      return { items: rows.map(({ value }) => value), next };
    },
    async scanAccounts(cursor) {
      const { rows, next } = await records.scan(accountsTable, { cursor, limit: pageSize });
      return { items: rows.map(({ key, value }) => accountOf(key[0]!, value)), next };
    },
  };
}
